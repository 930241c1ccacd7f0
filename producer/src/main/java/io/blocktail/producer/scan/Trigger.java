package io.blocktail.producer.scan;

/// Why a scan began. The order is that of the file's format.
public enum Trigger {
  /// The producer started, and nobody knows what happened before.
  START,
  /// Somebody asked for it.
  DEMAND,
  /// It was time.
  SCHEDULE,
  /// The file was seen to change.
  CHANGE,
  /// Targets need what only a scan can give them.
  NEED,
  /// The one before it failed.
  RETRY
}
