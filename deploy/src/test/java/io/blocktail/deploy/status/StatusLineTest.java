package io.blocktail.deploy.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.deploy.client.Answer;
import io.blocktail.deploy.client.Replica;
import io.blocktail.deploy.client.Target;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatusLineTest {
  private static final Answer<List<Target>> TARGETS =
      new Answer.Given<>(
          List.of(
              new Target("a", "demo", "following", null, true, 1, 1200L, 3L, 8L, "/x", 0L, 7L),
              new Target(
                  "b", "demo", "halted", "a hole", false, 1, 90L, null, null, "/y", 5L, null)));
  private static final Answer<List<Replica>> REPLICAS =
      new Answer.Given<>(List.of(new Replica("demo", "u", "a", "equal", 1100L, 0, null, null)));
  private static final URI ADDRESS = URI.create("http://127.0.0.1:8082/targets");

  @Test
  void stateWatermarkLagAndThroughput() {
    assertThat(StatusLine.of("demo/a", TARGETS, REPLICAS, 12.34 * (1 << 20)).toString())
        .isEqualTo(
            "demo/a                 following, equal; watermark 1200, lag 3 changes / 8 ms,"
                + " 12.3 MiB/s");
  }

  @Test
  void aLittleThroughputIsNotNone() {
    assertThat(StatusLine.of("demo/a", TARGETS, REPLICAS, 1.0).toString()).endsWith("<0.1 MiB/s");
    assertThat(StatusLine.of("demo/a", TARGETS, REPLICAS, 0.0).toString()).endsWith(" 0.0 MiB/s");
  }

  @Test
  void aHaltedTargetSaysWhy() {
    assertThat(StatusLine.of("demo/b", TARGETS, REPLICAS, null).toString())
        .contains("halted (not consistent): a hole, not verified yet")
        .contains("lag ?")
        .contains("5 chunks to come");
  }

  @Test
  void nothingOldIsShownWhenTheConsumerIsSilent() {
    assertThat(
            StatusLine.of(
                    "demo/a", new Answer.Silent<>(ADDRESS, "connection refused"), REPLICAS, 5.0)
                .toString())
        .isEqualTo(
            "demo/a                 unknown: consumer: nothing answers at"
                + " http://127.0.0.1:8082/targets (connection refused)");
  }

  @Test
  void aSilentValidatorIsNoVerdict() {
    assertThat(
            StatusLine.of("demo/a", TARGETS, new Answer.Refused<>(ADDRESS, 503, "not ready"), null)
                .toString())
        .contains("following, verdict unknown (validator:")
        .contains("503: not ready");
  }
}
