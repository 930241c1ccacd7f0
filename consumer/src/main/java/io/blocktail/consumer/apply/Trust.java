package io.blocktail.consumer.apply;

/// How far a replica is to be believed. Only a [Sound] one is consistent.
public sealed interface Trust {
  /// It equals the source as it was at the watermark.
  record Sound() implements Trust {}

  /// It has not learned yet which volume it is to be a copy of.
  record Unborn() implements Trust {}

  /// Some of its chunks are inside a gap.
  record Incomplete(int chunks) implements Trust {}

  /// It stopped uncleanly, and may hold changes above its watermark.
  ///
  /// @param reason up to where, for people
  record Recovering(String reason) implements Trust {}

  /// It applies nothing until a gap over the whole volume.
  record Halted(String reason) implements Trust {}
}
