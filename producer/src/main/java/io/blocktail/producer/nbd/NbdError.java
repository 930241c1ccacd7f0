package io.blocktail.producer.nbd;

import io.blocktail.volume.DeviceFull;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// What a reply says went wrong (the protocol's section "Error values").
enum NbdError {
  NONE(0),
  /// The device failed.
  EIO(5),
  /// The request makes no sense.
  EINVAL(22),
  /// A write or a write of zeros reaches beyond the end, or the device has no room for it.
  ENOSPC(28),
  /// The server is about to end the connection.
  ESHUTDOWN(108);

  private final int code;

  NbdError(int code) {
    this.code = code;
  }

  /// What a client is told of a request that the device could not do.
  static NbdError of(@Nullable IOException failure) {
    if (failure == null) {
      return NONE;
    }
    return DeviceFull.isCauseOf(failure) ? ENOSPC : EIO;
  }

  int code() {
    return code;
  }
}
