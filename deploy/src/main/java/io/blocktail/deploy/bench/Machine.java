package io.blocktail.deploy.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Where it was measured: absolute figures mean nothing without it.
///
/// @param cores that the JVM may use
/// @param processor as the kernel names it
record Machine(int cores, String processor, String system, String java) {

  static Machine here() {
    return new Machine(
        Runtime.getRuntime().availableProcessors(),
        processorName(),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        Runtime.version().toString());
  }

  private static String processorName() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown processor");
    } catch (IOException _) {
      return "unknown processor"; // Not Linux; the figures stand without it.
    }
  }
}
