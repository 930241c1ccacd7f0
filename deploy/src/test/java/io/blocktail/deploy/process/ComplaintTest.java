package io.blocktail.deploy.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ComplaintTest {
  @Test
  void theLastCauseOfAStackTraceIsWhatCounts() {
    assertThat(
            Complaint.in(
                """
                2026-01-01 ERROR [io.quarkus] Failed to start application: java.lang.RuntimeException: Failed to start quarkus
                \tat io.quarkus.runner.ApplicationImpl.doStart(Unknown Source)
                \tat io.quarkus.runtime.Application.start(Application.java:101)
                Caused by: io.blocktail.producer.ConfigurationError: blocktail.volumes.demo.file: no such file
                and what to do about it
                \tat io.blocktail.producer.Producer.open(Producer.java:1)
                \t... 2 more
                """
                    .lines()
                    .toList()))
        .containsExactly("blocktail.volumes.demo.file: no such file", "and what to do about it");
  }

  @Test
  void anErrorOfOursSaysMoreThanWhatCausedIt() {
    assertThat(
            Complaint.in(
                """
                java.lang.RuntimeException: Failed to start quarkus
                \tat io.quarkus.Some.start(Some.java:1)
                Caused by: io.blocktail.producer.ConfigurationError: blocktail.nbd.port: it is busy
                \tat io.blocktail.producer.Producer.listen(Producer.java:1)
                Caused by: java.net.BindException: it is busy
                \tat java.base/sun.nio.ch.Net.bind(Net.java:1)
                """
                    .lines()
                    .toList()))
        .containsExactly("blocktail.nbd.port: it is busy");
  }

  @Test
  void withoutAStackTraceTheLastLinesCount() {
    assertThat(Complaint.in(List.of("a", "", "b", "c", "d", "e", "f")))
        .containsExactly("b", "c", "d", "e", "f");
  }

  @Test
  void silenceIsNoComplaint() {
    assertThat(Complaint.in(List.of())).isEmpty();
  }
}
