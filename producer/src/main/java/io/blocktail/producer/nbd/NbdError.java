package io.blocktail.producer.nbd;

/// What a reply says went wrong (the protocol's section "Error values").
enum NbdError {
  NONE(0),
  /// The device failed.
  EIO(5),
  /// The request makes no sense.
  EINVAL(22),
  /// A write or a write of zeros reaches beyond the end.
  ENOSPC(28);

  private final int code;

  NbdError(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
