package io.blocktail.volume;

import java.util.regex.Pattern;

/// The one rule for the names that people give to volumes and targets.
final class Names {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

  private Names() {}

  static void check(String what, String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'%s' is not a %s name: use 1 to 63 of a-z, 0-9 and '-', not starting with '-'"
              .formatted(name, what));
    }
  }
}
