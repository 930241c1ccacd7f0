package io.blocktail.producer.journal;

/// One time that a journal was open: what was appended then.
///
/// @param number how often the journal was opened, this time included
/// @param start of what it has appended; of the first one that a restart redoes, the redo point
public record Incarnation(int number, Place start) {}
