package io.blocktail.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// The resource is what fio 3.33 wrote about 6,144 random writes.
class FioResultTest {
  private static final Job JOB = Job.ALL.getFirst().dividedBy(16);

  @Test
  void bytesOperationsAndTimeAreRead() throws Exception {
    FioResult result = FioResult.of(output(), JOB);

    assertThat(result).isEqualTo(new FioResult(25_165_824, 6144, 539));
    assertThat(result.operationsPerSecond()).isCloseTo(11_398.9, within(0.1));
    assertThat(result.mebibytesPerSecond()).isCloseTo(44.53, within(0.01));
  }

  @Test
  void aRunWithAnErrorIsRefused() throws Exception {
    JsonNode output = output();
    ((ObjectNode) output.path("jobs").path(0)).put("error", 5);

    assertThatThrownBy(() -> FioResult.of(output, JOB))
        .hasMessage("randwrite 4k qd32: fio reports error 5");
  }

  @Test
  void aRunThatEndedEarlyIsRefused() {
    assertThatThrownBy(() -> FioResult.of(output(), Job.ALL.getFirst()))
        .hasMessage("randwrite 4k qd32: fio moved 25165824 bytes, not 402653184");
  }

  @Test
  void theOtherDirectionsFiguresAreNotTaken() {
    Job read = new Job("r", "read", Job.Access.RANDOM_READ, 4096, 32, 0, 1, JOB.bytes());

    assertThatThrownBy(() -> FioResult.of(output(), read))
        .hasMessage("read: fio moved 0 bytes, not 25165824");
  }

  @Test
  void outputWithoutAJobIsRefused() throws Exception {
    JsonNode empty = new ObjectMapper().readTree("{\"jobs\": []}");

    assertThatThrownBy(() -> FioResult.of(empty, JOB))
        .hasMessage("fio's output for randwrite 4k qd32 has no job in it");
  }

  @Test
  void whatManyClientsReadAndWriteIsCountedTogether() throws Exception {
    Job mixed = new Job("m", "mixed", Job.Access.RANDOM_READ_WRITE, 4096, 8, 0, 4, 8192 * 1024);
    JsonNode output =
        new ObjectMapper()
            .readTree(
                """
                {"jobs": [{"error": 0,
                  "read": {"io_bytes": 4194304, "total_ios": 1024, "runtime": 90},
                  "write": {"io_bytes": 4194304, "total_ios": 1024, "runtime": 100}}]}
                """);

    assertThat(FioResult.of(output, mixed)).isEqualTo(new FioResult(8388608, 2048, 100));
    assertThat(Fio.command(mixed, new Fio.Area(0, 65536), "nbd:x", 7, Path.of("out.json")))
        .contains("--rw=randrw", "--io_size=2097152", "--numjobs=4", "--group_reporting");
  }

  @Test
  void aJobBecomesAFioCommand() {
    Job job = new Job("j", "j", Job.Access.RANDOM_WRITE, 4096, 32, 32, 1, 8192);

    assertThat(Fio.command(job, new Fio.Area(4096, 65536), "nbd:x", 7, Path.of("out.json")))
        .containsExactly(
            "fio",
            "--name=j",
            "--ioengine=nbd",
            "--uri=nbd:x",
            "--rw=randwrite",
            "--bs=4096",
            "--iodepth=32",
            "--offset=4096",
            "--size=65536",
            "--io_size=8192",
            "--randseed=7",
            "--output-format=json",
            "--output=out.json",
            "--fsync=32");
  }

  private static JsonNode output() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(FioResultTest.class.getResourceAsStream("fio-randwrite.json"))) {
      return new ObjectMapper().readTree(in);
    }
  }
}
