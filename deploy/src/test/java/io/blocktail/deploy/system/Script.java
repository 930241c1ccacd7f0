package io.blocktail.deploy.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The scripts in `deploy/`, run as a person runs them, but for one thing: Maven has just built
/// what they start, so they must not call it again.
final class Script {
  private Script() {}

  /// What a run came to.
  ///
  /// @param printed standard output and standard error, as they came
  record Result(int exit, String printed) {}

  static Path path(String name) {
    Path here = Path.of("").toAbsolutePath();
    Path inModule = here.resolve(name);
    return Files.isRegularFile(inModule) ? inModule : here.resolve("deploy").resolve(name);
  }

  static ProcessBuilder process(String name, List<String> arguments) {
    var builder =
        new ProcessBuilder(
            Stream.concat(Stream.of(path(name).toString()), arguments.stream()).toList());
    builder.environment().put("BLOCKTAIL_BUILT", "1");
    return builder
        .redirectErrorStream(true)
        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
  }

  /// Runs it to its end.
  ///
  /// @throws AssertionError with what it printed, when it takes longer than `patience`
  static Result run(Duration patience, String name, List<String> arguments)
      throws IOException, InterruptedException {
    return run(Path.of(""), patience, name, arguments);
  }

  /// The same from another directory.
  static Result run(Path from, Duration patience, String name, List<String> arguments)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("script", ".out");
    try {
      Process process =
          process(name, arguments)
              .directory(from.toAbsolutePath().toFile())
              .redirectOutput(output.toFile())
              .start();
      boolean ended = process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        process.destroyForcibly().waitFor();
      }
      String printed = Files.readString(output, UTF_8);
      if (!ended) {
        throw new AssertionError(
            "%s %s took more than %s:%n%s".formatted(name, arguments, patience, printed));
      }
      return new Result(process.exitValue(), printed);
    } finally {
      Files.delete(output);
    }
  }
}
