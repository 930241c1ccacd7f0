package io.blocktail.producer.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.Topics;
import io.blocktail.process.BrokerProcess;
import io.blocktail.producer.capture.SourceState;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The publisher on a real journal and a real broker.
class PublisherIT {
  @TempDir private Path directory;

  @Test
  void aBrokerThatIsKilledUnderLoadLosesNothing() throws Exception {
    try (var broker = BrokerProcess.start(directory.resolve("broker"));
        var published = PublishedVolume.start(directory, broker.bootstrap(), new Topics("it"))) {
      for (int kill = 0; kill < 2; kill++) {
        published.awaitPublished(200);
        broker.kill();
        published.awaitWrites(200);
        broker.start();
      }
      published.awaitPublished(0);
      assertThat(published.volume().state()).isEqualTo(new SourceState.Serving());
      published.verify();
    }
  }
}
