package io.blocktail.producer.nbd;

import org.jspecify.annotations.Nullable;

/// How a connection stands to TLS while it negotiates, and so what it may ask for (the protocol's
/// sections "NOTLS mode", "FORCEDTLS mode" and "SELECTIVETLS mode").
enum Security {
  /// There is none.
  NONE,
  /// The client may start it.
  OFFERED,
  /// The client must start it before anything else.
  DEMANDED,
  /// It runs.
  RUNNING;

  /// An answer to an option that is not looked at.
  ///
  /// @param message for people
  record Refusal(int type, String message) {}

  /// How a connection starts.
  ///
  /// @param fixed whether the client speaks fixed newstyle: without it there can be no TLS
  static Security of(TlsMode mode, boolean fixed) {
    return switch (mode) {
      case OFF -> NONE;
      case ALLOWED -> fixed ? OFFERED : NONE;
      case REQUIRED -> DEMANDED;
    };
  }

  /// Why an option is refused; null when it may be looked at.
  ///
  /// @param length of the option's data
  @Nullable Refusal judge(int option, long length) {
    if (option == Protocol.OPTION_STARTTLS) {
      return start(length);
    }
    return this == DEMANDED && option != Protocol.OPTION_ABORT
        ? new Refusal(Protocol.REPLY_ERR_TLS_REQD, "this server demands TLS: start it first")
        : null;
  }

  private @Nullable Refusal start(long length) {
    if (this == NONE) {
      return new Refusal(Protocol.REPLY_ERR_POLICY, "this server has no TLS");
    }
    if (this == RUNNING) {
      return new Refusal(Protocol.REPLY_ERR_INVALID, "TLS has been started already");
    }
    return length == 0 ? null : new Refusal(Protocol.REPLY_ERR_INVALID, "the option has no data");
  }
}
