package io.blocktail.consumer.apply;

/// Why a target applies nothing any more.
///
/// @param reason one sentence that names the record or the file
/// @param mendable whether the source can mend it by sending the whole volume again
public record Halt(String reason, boolean mendable) {}
