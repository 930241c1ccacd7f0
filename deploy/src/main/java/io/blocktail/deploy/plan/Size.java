package io.blocktail.deploy.plan;

import io.blocktail.volume.Geometry;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The size of a volume in bytes, written as digits and K, M, G or T (powers of 1024).
public record Size(long bytes) {
  private static final Pattern FORM = Pattern.compile("([0-9]+)([KMGT])");
  private static final String UNITS = "KMGT";

  /// Whether the text has the form of a size; anything else is the name of a file.
  public static boolean isSize(String text) {
    return FORM.matcher(text).matches();
  }

  /// @throws RefusedException when it is no size that a volume can have
  public static Size parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new RefusedException(
          "'%s' is no size: use digits and K, M, G or T, for example 1G".formatted(text));
    }
    long bytes = 0;
    try {
      long unit = 1L << (10 * (UNITS.indexOf(form.group(2)) + 1));
      bytes = Math.multiplyExact(Long.parseLong(form.group(1)), unit);
    } catch (NumberFormatException | ArithmeticException e) {
      throw new RefusedException("the size %s is too large".formatted(text), e);
    }
    check(bytes, "the size " + text);
    return new Size(bytes);
  }

  /// Refuses what no volume can have.
  static void check(long bytes, String what) {
    if (bytes <= 0 || bytes % Geometry.BLOCK != 0) {
      throw new RefusedException(
          "%s (%d bytes) is not a positive multiple of 4 KiB".formatted(what, bytes));
    }
    try {
      Geometry.of(bytes);
    } catch (IllegalArgumentException e) {
      throw new RefusedException("%s: %s".formatted(what, e.getMessage()), e);
    }
  }

  /// The shortest form that [#parse] takes.
  @Override
  public String toString() {
    long value = bytes;
    int unit = -1;
    while (unit < UNITS.length() - 1 && value % 1024 == 0) {
      value /= 1024;
      unit++;
    }
    return unit < 0 ? Long.toString(bytes) : "%d%c".formatted(value, UNITS.charAt(unit));
  }
}
