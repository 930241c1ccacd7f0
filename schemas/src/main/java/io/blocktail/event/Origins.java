package io.blocktail.event;

/// The origins of events that somebody waits for.
public final class Origins {
  private Origins() {}

  /// Of all events that answer a request.
  ///
  /// @param id the request's
  public static String resync(String id) {
    return "resync " + id;
  }
}
