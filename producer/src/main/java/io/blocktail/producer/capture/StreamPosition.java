package io.blocktail.producer.capture;

/// A place in the volume's topic that Kafka has acknowledged.
///
/// @param topicId of the topic, which a recreated one does not share
/// @param offset of the record
/// @param sequence of the event that is there
public record StreamPosition(String topicId, long offset, long sequence) {}
