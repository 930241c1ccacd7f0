package io.blocktail.volume;

import java.io.IOException;

/// A device, or the file system under it, has no room for what was to be written.
public final class DeviceFull extends IOException {
  private static final long serialVersionUID = 1;

  public DeviceFull(String device, Throwable cause) {
    super("no space is left for " + device, cause);
  }

  /// Whether that is why something failed.
  public static boolean isCauseOf(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof DeviceFull) {
        return true;
      }
    }
    return false;
  }
}
