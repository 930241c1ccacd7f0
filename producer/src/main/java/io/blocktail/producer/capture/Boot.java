package io.blocktail.producer.capture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Which run of the operating system this is. As long as it runs, what was written to a file is
/// there for everybody, forced or not, whoever was killed.
public final class Boot {
  /// Not to be known: each start is taken for one after a power loss.
  public static final String UNKNOWN = "";

  private static final Path ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final int LONGEST = 64;

  private Boot() {}

  /// Linux gives each boot a random UUID; elsewhere [#UNKNOWN].
  public static String current() {
    try {
      String id = Files.readString(ID).strip();
      return id.length() <= LONGEST ? id : UNKNOWN;
    } catch (IOException e) {
      return UNKNOWN;
    }
  }
}
