package io.blocktail.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.consumer.digest.Announcer;
import io.blocktail.consumer.digest.Outbox;
import io.blocktail.consumer.intake.ChangeStream;
import io.blocktail.consumer.intake.StreamBounds;
import io.blocktail.consumer.intake.StreamPosition;
import io.blocktail.consumer.intake.StreamRecord;
import io.blocktail.consumer.target.Source;
import io.blocktail.consumer.target.TargetSettings;
import io.blocktail.event.Topics;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import io.blocktail.volume.TargetName;
import io.blocktail.volume.VolumeName;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunningTargetTest {
  private static final VolumeName VOLUME = new VolumeName("demo");
  private static final TargetName NAME = new TargetName("a");
  private static final Topics TOPICS = new Topics("blocktail");

  @TempDir private Path directory;

  /// Has a further write at every poll.
  private static final class EndlessStream implements ChangeStream {
    private final Source source = new Source(Geometry.of(1 << 20));
    private volatile long end;

    @Override
    public StreamBounds bounds() {
      return new StreamBounds("topic", 0, end, 1);
    }

    @Override
    public void seek(StreamPosition position) {}

    @Override
    public Batch poll(Duration atMost) {
      long offset = end;
      byte[] event =
          offset == 0
              ? source.epochEvent(ChunkSet.EMPTY)
              : source.write((int) (offset % 200) * Geometry.BLOCK, new byte[Geometry.BLOCK]);
      end = offset + 1;
      return new Batch(List.of(new StreamRecord(offset, 1, 1, ByteBuffer.wrap(event))), end);
    }

    @Override
    public void commit(StreamPosition position) {}

    @Override
    public void close() {}
  }

  @Test
  void targetThatMakesOneCheckpointAfterTheOtherTellsHowItIsEverySecond() throws Exception {
    var kafka = new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());
    try (var outbox = new Outbox(kafka)) {
      var everyEvent =
          new TargetSettings(Duration.ofHours(1), 1, Duration.ofSeconds(1), Duration.ofHours(1));
      RunningTarget target =
          RunningTarget.start(
              new TargetPlan(VOLUME, NAME, directory.resolve("data"), directory.resolve("own")),
              new EndlessStream(),
              new Announcer(VOLUME, NAME, TOPICS, outbox, InstantSource.system()),
              everyEvent);
      Thread.sleep(3500);
      int told = kafka.history().size();
      target.stop();
      target.finish();
      assertThat(told).isGreaterThanOrEqualTo(3);
    }
  }
}
