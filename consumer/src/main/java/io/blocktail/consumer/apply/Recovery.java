package io.blocktail.consumer.apply;

/// Up to where a replica that stopped uncleanly may be ahead of its watermark: it is behind both
/// when it has passed either.
///
/// @param intent sequence above which nothing was applied
/// @param end offset behind everything that could have been applied
public record Recovery(long intent, long end) {
  boolean over(long watermark, long offset) {
    return watermark >= intent || offset >= end;
  }
}
