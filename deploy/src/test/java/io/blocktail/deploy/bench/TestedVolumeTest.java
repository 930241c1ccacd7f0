package io.blocktail.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.blocktail.deploy.client.Endpoints;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Against a server that answers what a test gives it.
class TestedVolumeTest {
  private HttpServer server;
  private volatile String answer = "";
  private volatile int status = 200;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] body = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void theSourceIsFoundByItsName() throws Exception {
    answer =
        """
        [{"name": "other", "state": "stopped", "size": 4096, "file": "/o.img"},
         {"name": "bench", "state": "serving", "sequence": 42, "journalBytes": 4096,
          "size": 4096, "file": "/b.img"}]\
        """;

    assertThat(volume().source()).isEqualTo(new TestedVolume.Source("serving", 42, 4096));
  }

  @Test
  void theTargetsOfTheVolumeAreRead() throws Exception {
    answer =
        """
        [{"name": "a", "volume": "bench", "state": "following", "consistent": true,
          "watermark": 41, "file": "/r/a.img"},
         {"name": "b", "volume": "bench", "state": "resyncing", "consistent": false,
          "watermark": 7, "file": "/r/b.img"},
         {"name": "a", "volume": "other", "state": "following", "consistent": true,
          "file": "/o.img"}]\
        """;

    assertThat(volume().replicas())
        .containsExactly(
            new TestedVolume.Replica("a", "following", true, 41, Path.of("/r/a.img")),
            new TestedVolume.Replica("b", "resyncing", false, 7, Path.of("/r/b.img")));
  }

  @Test
  void aMissingWatermarkIsNoAnswer() {
    answer =
        "[{\"name\": \"a\", \"volume\": \"bench\", \"state\": \"following\", \"consistent\": true}]";

    assertThatThrownBy(() -> volume().replicas())
        .isInstanceOf(UnansweredException.class)
        .hasMessageStartingWith("no watermark in ");
  }

  @Test
  void anErrorIsNoAnswer() {
    status = 503;

    assertThatThrownBy(() -> volume().replicas())
        .isInstanceOf(UnansweredException.class)
        .hasMessageContaining("/targets answers 503");
  }

  @Test
  void aBlockedJournalEndsTheMeasurement() throws Exception {
    JournalWatch watch = watching("blocked", 1 << 30);

    assertThatThrownBy(watch::stop)
        .isInstanceOf(BenchFailedException.class)
        .hasMessage(
            "the volume was blocked during a job (1024 MiB of journal in use): the figures say"
                + " nothing");
  }

  @Test
  void aProducerThatStopsAnsweringEndsTheMeasurement() throws Exception {
    status = 500;
    JournalWatch watch = new JournalWatch(volume());
    watch.start();

    assertThatThrownBy(watch::stop)
        .isInstanceOf(BenchFailedException.class)
        .hasMessageStartingWith("the producer stopped answering during a job: ");
  }

  @Test
  void theWatchKeepsThePeakOfTheJournal() throws Exception {
    JournalWatch watch = watching("serving", 12345);

    assertThat(watch.stop()).isEqualTo(12345);
  }

  private JournalWatch watching(String state, long journalBytes) {
    answer =
        """
        [{"name": "bench", "state": "%s", "sequence": 9, "journalBytes": %d, "size": 4096}]\
        """
            .formatted(state, journalBytes);
    JournalWatch watch = new JournalWatch(volume());
    watch.start();
    return watch;
  }

  private TestedVolume volume() {
    URI all = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    return new TestedVolume("bench", new Endpoints(all, all, all, "127.0.0.1", 1));
  }
}
