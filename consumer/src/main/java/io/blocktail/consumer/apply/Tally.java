package io.blocktail.consumer.apply;

/// What an applier has done with the records so far.
///
/// @param changes events whose content was applied, at least in part
/// @param bytes written or zeroed
/// @param duplicates late copies, dropped
/// @param fenced events of a replaced owner, dropped
/// @param passedOver records that were not believed, or read while halted
public record Tally(long changes, long bytes, long duplicates, long fenced, long passedOver) {}
