package io.blocktail.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `deploy/test` asks of Maven: a Maven in its place prints it.
class TestScriptTest {
  @TempDir Path directory;

  private List<String> asked(String... arguments) throws IOException, InterruptedException {
    Path maven = Files.writeString(directory.resolve("mvn"), "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    Files.setPosixFilePermissions(maven, PosixFilePermissions.fromString("rwx------"));
    var builder = Script.process("test", List.of(arguments));
    builder.environment().merge("PATH", directory + ":", (path, first) -> first + path);
    builder.environment().put("KAFKA_IMAGE", "a/kafka:1");
    Process process = builder.start();
    List<String> printed = process.inputReader().lines().toList();
    assertThat(process.waitFor()).as(printed.toString()).isZero();
    return printed;
  }

  @Test
  void roundsAndSeedReachTheTests() throws Exception {
    assertThat(asked("ReplicationSimulation", "--runs", "7", "--seed", "-3"))
        .contains("-Dsuite.runs=7", "-Dsuite.seed=-3", "-Dkafka.image=a/kafka:1", "verify");
  }

  @Test
  void aNameRunsItsTestsAloneInTheirModule() throws Exception {
    assertThat(asked("ReplicationSimulation"))
        .contains("-Dtest=*ReplicationSimulation*,!*IT", "deploy")
        .doesNotContain("consumer");
  }
}
