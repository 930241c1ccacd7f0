package io.blocktail.validator.alert;

import org.jspecify.annotations.Nullable;

/// Whose chunks: a target's, or with no target the source's own.
public record Subject(String volume, @Nullable String target) {
  /// Names have no '/', so keys of different subjects never mix. '~' is behind all that follows.
  public String key() {
    return target == null ? volume + "/" : volume + "/" + target;
  }

  /// Ten digits, so that the store's order is the chunks'.
  String chunkKey(int chunk) {
    return "%s/%010d".formatted(key(), chunk);
  }

  String first() {
    return key() + "/";
  }

  String last() {
    return key() + "/~";
  }

  static int chunkOf(String chunkKey) {
    return Integer.parseInt(chunkKey.substring(chunkKey.lastIndexOf('/') + 1));
  }

  static Subject ofChunkKey(String chunkKey) {
    return ofKey(chunkKey.substring(0, chunkKey.lastIndexOf('/')));
  }

  public static Subject ofKey(String key) {
    int slash = key.indexOf('/');
    String target = key.substring(slash + 1);
    return new Subject(key.substring(0, slash), target.isEmpty() ? null : target);
  }

  @Override
  public String toString() {
    return target == null ? volume : volume + "/" + target;
  }
}
