package io.blocktail.deploy.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a child prints: kept in a file that cannot grow without bound (there is one older file,
/// `.1`), and the last lines in memory, to say what a child died of.
public final class Output {
  private static final long FILE_LIMIT = 1 << 20;
  private static final int LINES = 200;
  private static final int LINE_LIMIT = 2000;

  private final Path file;
  private final long limit;
  private final Deque<String> last = new ArrayDeque<>();
  private final StringBuilder line = new StringBuilder();

  public Output(Path file) {
    this(file, FILE_LIMIT);
  }

  /// @param limit of the file in bytes
  Output(Path file, long limit) {
    this.file = file;
    this.limit = limit;
  }

  /// Reads until the stream ends, on the caller's thread. What cannot be written is still drained,
  /// since a full pipe would stop the child, and still shown by [#lastLines].
  ///
  /// @return null, or why the file could not be written
  @Nullable IOException drain(InputStream from) throws IOException {
    synchronized (this) {
      last.clear();
      line.setLength(0);
    }
    IOException failed = null;
    byte[] buffer = new byte[8192];
    for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
      remember(new String(buffer, 0, n, StandardCharsets.UTF_8));
      try {
        append(buffer, n);
      } catch (IOException e) {
        failed = e;
      }
    }
    return failed;
  }

  private void append(byte[] bytes, int length) throws IOException {
    if (Files.exists(file) && Files.size(file) + length > limit) {
      Files.move(
          file,
          file.resolveSibling(file.getFileName() + ".1"),
          StandardCopyOption.REPLACE_EXISTING);
    }
    try (var out =
        Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      out.write(bytes, 0, length);
    }
  }

  private synchronized void remember(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n') {
        endLine();
      } else if (c != '\r' && line.length() < LINE_LIMIT) {
        line.append(c);
      }
    }
  }

  private void endLine() {
    if (last.size() == LINES) {
      last.removeFirst();
    }
    last.addLast(line.toString());
    line.setLength(0);
  }

  /// The last lines of the process that runs, or ran last.
  public synchronized List<String> lastLines() {
    if (!line.isEmpty()) {
      endLine();
    }
    return List.copyOf(last);
  }

  public Path file() {
    return file;
  }
}
