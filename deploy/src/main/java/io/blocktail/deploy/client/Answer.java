package io.blocktail.deploy.client;

import java.net.URI;

/// What came of asking a service.
public sealed interface Answer<T> {
  /// It answered.
  record Given<T>(T value) implements Answer<T> {}

  /// It answered that it cannot, or with something that this release does not understand.
  ///
  /// @param status of HTTP
  record Refused<T>(URI asked, int status, String detail) implements Answer<T> {}

  /// Nothing answers there.
  record Silent<T>(URI asked, String why) implements Answer<T> {}

  /// For answers without a value.
  default String trouble() {
    return switch (this) {
      case Given<T> _ -> "";
      case Refused<T>(URI asked, int status, String detail) ->
          "%s answers %d: %s".formatted(asked, status, detail);
      case Silent<T>(URI asked, String why) -> "nothing answers at %s (%s)".formatted(asked, why);
    };
  }
}
