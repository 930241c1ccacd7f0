package io.blocktail.producer.nbd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.blocktail.volume.DeviceFull;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// What became of a request: the protocol's error number (its section "Error values") and a
/// sentence for clients that can take one.
enum Outcome {
  GOOD(Outcome.NONE, ""),
  READ_ONLY(Outcome.EPERM, "the export is read-only"),
  /// The message must not say more: the reason, which may name files, is in the server's log.
  FAILED(Outcome.EIO, "the device has failed; the server's log says why"),
  NO_MEMORY(Outcome.ENOMEM, "the server has too little memory"),
  FULL(Outcome.ENOSPC, "the device has no room left"),
  UNKNOWN_COMMAND(Outcome.EINVAL, "this server does not have the command"),
  UNKNOWN_FLAG(Outcome.EINVAL, "the command does not have such a flag, or not on this connection"),
  EMPTY(Outcome.EINVAL, "the request is for no byte"),
  TOO_LONG(Outcome.EINVAL, "the request is for more data than the server takes at once"),
  BEYOND(Outcome.EINVAL, "the request reaches beyond the end of the export"),
  WRITTEN_BEYOND(Outcome.ENOSPC, "the request reaches beyond the end of the export"),
  NOT_ZERO(Outcome.EINVAL, "the offset and length of a flush are zero"),
  NO_CONTEXT(Outcome.EINVAL, "no metadata context was selected for this export"),
  BAD_CONTEXTS(Outcome.EINVAL, "the payload is not a length and some selected contexts, each once"),
  NO_PAYLOAD(Outcome.EINVAL, "a write says that it has a payload"),
  UNWANTED_PAYLOAD(Outcome.EINVAL, "the command takes no payload"),
  READ_TOO_LONG(Outcome.EOVERFLOW, "the request is for more data than the server sends at once"),
  NOT_FAST(Outcome.ENOTSUP, "zeroing this range would not be faster than writing it"),
  SHUTDOWN(Outcome.ESHUTDOWN, "the server is shutting down");

  private static final int NONE = 0;
  private static final int EPERM = 1;
  private static final int EIO = 5;
  private static final int ENOMEM = 12;
  private static final int EINVAL = 22;
  private static final int ENOSPC = 28;
  private static final int EOVERFLOW = 75;
  private static final int ENOTSUP = 95;
  private static final int ESHUTDOWN = 108;

  private final int code;
  private final byte[] message;

  Outcome(int code, String message) {
    this.code = code;
    this.message = message.getBytes(UTF_8);
  }

  /// What a client is told of a request that the device could not do.
  static Outcome of(@Nullable IOException failure) {
    if (failure == null) {
      return GOOD;
    }
    if (DeviceFull.isCauseOf(failure)) {
      return FULL;
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof OutOfMemoryError) {
        return NO_MEMORY;
      }
    }
    return FAILED;
  }

  boolean isGood() {
    return this == GOOD;
  }

  int code() {
    return code;
  }

  /// UTF-8; belongs to this.
  byte[] message() {
    return message;
  }
}
