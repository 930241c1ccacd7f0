package io.blocktail.deploy.service;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Properties;

/// Writes settings for a child, readable by this user alone: they may hold passwords of Kafka.
final class PropertiesFile {
  private static final String NOTE = "# Written by up at each start: changes here do not last.\n";

  private PropertiesFile() {}

  /// @param expressions whether the reader expands `${...}`, which must then be escaped
  static void write(Path file, Map<String, String> settings, boolean expressions)
      throws IOException {
    var text = new StringBuilder(NOTE);
    for (var setting : settings.entrySet()) {
      String value = setting.getValue();
      text.append(line(setting.getKey(), expressions ? value.replace("${", "\\${") : value));
    }
    Path next = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(next);
    Files.createFile(
        next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(next, text);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /// One setting, escaped as [Properties] reads it.
  private static String line(String key, String value) throws IOException {
    var one = new Properties();
    one.setProperty(key, value);
    var out = new StringWriter();
    one.store(out, null);
    return out.toString().lines().filter(line -> !line.startsWith("#")).findFirst().orElseThrow()
        + "\n";
  }
}
