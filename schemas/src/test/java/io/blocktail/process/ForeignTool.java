package io.blocktail.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/// A program that somebody else wrote and that a test holds our work against. Where it is not
/// installed the test is skipped with the name of its Debian package; in CI (`-Dsuite.ci=true`) it
/// fails.
public final class ForeignTool {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /// Debian's own programs first: its scripts need its own interpreters.
  private static final String PATH = "/usr/bin:/bin:/usr/sbin:/sbin:" + System.getenv("PATH");

  private final Path program;

  private ForeignTool(Path program) {
    this.program = program;
  }

  /// What a run came to.
  ///
  /// @param output standard output and standard error, as they came
  public record Result(int status, String output) {}

  /// Skips the test, or fails it in CI, when the program is missing.
  ///
  /// @param debianPackage what to install for it
  public static ForeignTool require(String name, String debianPackage) {
    for (String directory : PATH.split(File.pathSeparator, -1)) {
      Path program = Path.of(directory, name);
      if (Files.isExecutable(program)) {
        return new ForeignTool(program);
      }
    }
    String missing = name + " is missing: apt-get install " + debianPackage;
    if (Boolean.getBoolean("suite.ci")) {
      throw new AssertionError(missing);
    }
    System.err.println("test skipped: " + missing);
    return Assumptions.abort(missing);
  }

  /// Runs it to its end.
  ///
  /// @return its output
  /// @throws AssertionError with its output, when it fails or takes more than two minutes
  public String run(Object... arguments) throws IOException, InterruptedException {
    Result result = tryRun(PATIENCE, arguments);
    if (result.status() != 0) {
      throw new AssertionError(
          "%s ended with %d:%n%s".formatted(command(arguments), result.status(), result.output()));
    }
    return result.output();
  }

  /// Runs it to its end, which may be a failure.
  ///
  /// @throws AssertionError with its output, when it takes longer than `patience`
  public Result tryRun(Duration patience, Object... arguments)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("foreign-tool", ".out");
    try {
      Process process = start(output, arguments);
      try {
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
          throw new AssertionError(
              "%s took more than %s:%n%s".formatted(command(arguments), patience, text(output)));
        }
      } finally {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
      return new Result(process.exitValue(), text(output));
    } finally {
      Files.delete(output);
    }
  }

  /// Starts it; the caller ends it.
  ///
  /// @param output file that takes standard output and standard error
  public Process start(Path output, Object... arguments) throws IOException {
    var builder = new ProcessBuilder(command(arguments));
    builder.environment().put("PATH", PATH);
    return builder
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .redirectInput(new File("/dev/null"))
        .start();
  }

  private static String text(Path output) throws IOException {
    return new String(Files.readAllBytes(output), UTF_8);
  }

  private List<String> command(Object... arguments) {
    return Stream.concat(Stream.of(program), Stream.of(arguments)).map(Object::toString).toList();
  }
}
