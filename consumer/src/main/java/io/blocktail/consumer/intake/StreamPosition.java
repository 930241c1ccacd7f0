package io.blocktail.consumer.intake;

/// A place in a stream.
///
/// @param topicId the topic's id: a topic made anew under the same name is another stream
/// @param offset of the next record to read
/// @param leaderEpoch of the record before it, -1 when there is none or it is not known
public record StreamPosition(String topicId, long offset, int leaderEpoch) {}
