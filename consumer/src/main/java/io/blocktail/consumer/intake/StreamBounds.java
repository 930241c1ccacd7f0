package io.blocktail.consumer.intake;

/// How a stream lies at one moment.
///
/// @param topicId the topic's id
/// @param beginning offset of the first record that is still there
/// @param end offset behind the last record
/// @param leaderEpoch goes up whenever the partition's leader is elected anew: while it stays the
///   same, no record that could be read is lost from the stream's end; -1 when not known
public record StreamBounds(String topicId, long beginning, long end, int leaderEpoch) {}
