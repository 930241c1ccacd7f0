package io.blocktail.deploy.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// When a script builds first, and what it refuses: on a tree like a fresh clone, with a Maven that
/// packages nothing worth running and a JDK that says what it was asked to run.
class BuildScriptTest {
  private static final List<String> SERVICES = List.of("producer", "consumer", "streams-validator");
  private static final List<String> TOOLS =
      List.of(
          "bash",
          "basename",
          "cat",
          "cp",
          "date",
          "dirname",
          "find",
          "flock",
          "mkdir",
          "mv",
          "readlink",
          "rm",
          "sed",
          "touch");
  private static final String BUILDS = "building…";
  private static final String RUNS = "-cp";

  /// Where the script looks for JDKs that are not on the PATH; the machine's own must not be found.
  private static final List<String> USUAL_PLACES = List.of("/usr/lib/jvm/", "/opt/", "/Library/");

  @TempDir Path directory;

  private Path tree = Path.of("");
  private Path bin = Path.of("");
  private Path jdk = Path.of("");

  @BeforeEach
  void freshClone() throws IOException {
    tree = Files.createDirectories(directory.resolve("clone"));
    bin = Files.createDirectories(directory.resolve("bin"));
    jdk = jdk("25");
    write("pom.xml", "");
    write(".mvn/jvm.config", "");
    for (String module :
        List.of("schemas", "producer", "consumer", "streams-validator", "deploy")) {
      write(module + "/pom.xml", "");
      write(module + "/src/main/java/Some.java", "");
    }
    program(tree.resolve("deploy/blocktail"), Files.readString(Script.path("blocktail")));
    String shared = Files.readString(Script.path("src/main/sh/jdk.sh"));
    for (String place : USUAL_PLACES) {
      assertThat(shared).contains(" " + place);
      shared = shared.replace(" " + place, " " + directory + place);
    }
    write("deploy/src/main/sh/jdk.sh", shared);
    touchAll(Instant.now().minusSeconds(3600)); // what was built is then newer, on any file system
    maven("");
  }

  /// A Maven that notes that it ran and leaves what the scripts expect; `last` ends it.
  private void maven(String last) throws IOException {
    var script =
        new StringBuilder(
            "#!/bin/sh\necho 'some words of Maven'\necho run >>%s\n".formatted(runs()));
    script.append("mkdir -p deploy/target/lib\n: >deploy/target/deploy-1.jar\n");
    for (String service : SERVICES) {
      script.append("mkdir -p %s/target/quarkus-app\n".formatted(service));
    }
    program(bin.resolve("mvn"), script.append(last).append("\n").toString());
  }

  private Path runs() {
    return directory.resolve("maven.runs");
  }

  private long builds() throws IOException {
    return Files.exists(runs()) ? Files.readAllLines(runs()).size() : 0;
  }

  /// A JDK of that version; its `java` prints its arguments.
  private Path jdk(String version) throws IOException {
    Path home = Files.createDirectories(directory.resolve("usr/lib/jvm/jdk-" + version));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"%s.0.1\"\n".formatted(version));
    program(home.resolve("bin/java"), "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    program(home.resolve("bin/javac"), "#!/bin/sh\n");
    return home;
  }

  private void write(String path, String content) throws IOException {
    Path file = tree.resolve(path);
    Files.createDirectories(file.resolve("..").normalize());
    Files.writeString(file, content);
  }

  private static void program(Path file, String content) throws IOException {
    Files.createDirectories(file.resolve("..").normalize());
    Files.writeString(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }

  private void touchAll(Instant when) throws IOException {
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path path : all.toList()) {
        Files.setLastModifiedTime(path, FileTime.from(when));
      }
    }
  }

  private Script.Result blocktail() throws IOException, InterruptedException {
    var builder = new ProcessBuilder(tree.resolve("deploy/blocktail").toString(), "status");
    var environment = builder.environment();
    environment.remove("BLOCKTAIL_BUILT");
    environment.remove("JAVA_HOME");
    environment.put("HOME", directory.toString());
    environment.put("PATH", bin + File.pathSeparator + withoutJava());
    Process process =
        builder.redirectErrorStream(true).redirectInput(new File("/dev/null")).start();
    String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(printed).isTrue();
    return new Script.Result(process.exitValue(), printed);
  }

  /// What the scripts call beside Java and Maven.
  private Path withoutJava() throws IOException {
    Path tools = directory.resolve("tools");
    for (String tool : TOOLS) {
      for (String place : List.of("/usr/bin", "/bin")) {
        if (Files.isExecutable(Path.of(place, tool))) {
          program(tools.resolve(tool), "#!/bin/sh\nexec %s/%s \"$@\"\n".formatted(place, tool));
        }
      }
    }
    return tools;
  }

  private void blocktailRuns(Script.Result result) {
    assertThat(result.exit()).as(result.printed()).isZero();
    assertThat(result.printed()).contains(RUNS, "io.blocktail.deploy.Blocktail", "status");
  }

  @Test
  void aFreshCloneIsBuiltAndRuns() throws Exception {
    Script.Result result = blocktail();

    blocktailRuns(result);
    assertThat(result.printed()).contains(BUILDS).doesNotContain("some words of Maven");
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void whatHasNotChangedIsNotBuiltAgain() throws Exception {
    blocktailRuns(blocktail());

    Script.Result result = blocktail();

    blocktailRuns(result);
    assertThat(result.printed()).doesNotContain(BUILDS);
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void aChangedSourceIsBuilt() throws Exception {
    for (String changed :
        List.of("pom.xml", "consumer/pom.xml", "schemas/src/main/java/Some.java", ".mvn")) {
      blocktailRuns(blocktail());
      long before = builds();
      Files.setLastModifiedTime(tree.resolve(changed), FileTime.from(Instant.now().plusSeconds(1)));

      blocktailRuns(blocktail());

      assertThat(builds()).as(changed).isEqualTo(before + 1);
      touchAll(Instant.now().minusSeconds(60));
    }
  }

  @Test
  void aSourceThatWasRemovedIsBuiltWithout() throws Exception {
    blocktailRuns(blocktail());
    Files.delete(tree.resolve("producer/src/main/java/Some.java"));

    blocktailRuns(blocktail());

    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void aBuildThatFailsEndsTheScriptAndShowsItsLog() throws Exception {
    maven("exit 1");

    Script.Result result = blocktail();

    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.printed())
        .contains("some words of Maven", "blocktail: the build failed (log: ", "build.log")
        .doesNotContain(RUNS);
  }

  @Test
  void aBuildThatFailedIsTriedAgain() throws Exception {
    maven("exit 1");
    assertThat(blocktail().exit()).isEqualTo(1);
    maven("");

    blocktailRuns(blocktail());

    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void anOlderJdkAloneIsRefusedAndNamed() throws Exception {
    Files.delete(jdk.resolve("release"));
    Path older = jdk("21");

    Script.Result result = blocktail();

    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.printed())
        .contains("no JDK 25 or newer found, only 21 (%s).".formatted(older))
        .contains("set JAVA_HOME")
        .doesNotContain(RUNS);
    assertThat(builds()).isZero();
  }

  @Test
  void aJreCannotBuildAndDoesNotCount() throws Exception {
    Files.delete(jdk.resolve("bin/javac"));

    Script.Result result = blocktail();

    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.printed()).contains("no JDK 25 or newer found.");
  }

  @Test
  void aMissingMavenIsNamed() throws Exception {
    Files.delete(bin.resolve("mvn"));

    Script.Result result = blocktail();

    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.printed()).contains("Maven (mvn, 3.8.7 or newer) is not on the PATH");
  }
}
