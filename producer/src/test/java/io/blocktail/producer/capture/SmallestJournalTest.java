package io.blocktail.producer.capture;

import static io.blocktail.producer.capture.Source.CHUNK;
import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.Body;
import io.blocktail.storage.SimulatedDisk;
import io.blocktail.volume.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Promise "Source first": the smallest journal that may be configured has room for the largest
/// groups of changes, as soon as Kafka has taken what was before.
class SmallestJournalTest {
  private static final int CONNECTIONS = 4;
  private static final int REQUESTS = 20;

  private final Source source =
      new Source(
          new SimulatedDisk(),
          new SimulatedDisk(),
          4 * CHUNK,
          Source.settings(false, SourceSettings.MIN_SEGMENTS));

  private final AtomicInteger done = new AtomicInteger();

  SmallestJournalTest() throws Exception {}

  @Test
  void requestsOfHalfAMebibyteFromSeveralConnectionsAllGoThrough() throws Exception {
    allGoThrough(CHUNK / 2);
  }

  @Test
  void requestsOfAMebibyteFromSeveralConnectionsAllGoThrough() throws Exception {
    allGoThrough(CHUNK);
  }

  @Test
  void theLargestRequestHasRoomWhereverTheSegmentEnds() throws Exception {
    var keeper = new Source.Keeper(source);
    long full = 2 * SourceSettings.MIN_SEGMENT;
    while (source.volume.journal().usedBytes() < full - 1200) {
      if (source.volume.journal().usedBytes() < full - 8192) {
        request(4096, 0);
      } else {
        source.capture().append(new Body.Bookmark("b".repeat(500)), "test");
      }
      keeper.step();
    }
    keepUntilEnded(keeper, List.of(Thread.ofPlatform().daemon().start(() -> request(CHUNK, 0))));
    assertThat(source.volume.state()).isInstanceOf(SourceState.Serving.class);
  }

  /// The largest requests are not passed over for the sake of small ones.
  @Test
  void requestsOfAMebibyteGoThroughBesideABusyConnectionWithSmallOnes() throws Exception {
    Thread busy =
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              while (done.get() < CONNECTIONS * REQUESTS) {
                request(512 << 4, 0);
              }
            });
    allGoThrough(CHUNK);
    busy.join();
  }

  private void allGoThrough(int bytes) throws Exception {
    var connections = new ArrayList<Thread>();
    for (int i = 0; i < CONNECTIONS; i++) {
      var random = new Random(i);
      connections.add(
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                for (int j = 0; j < REQUESTS; j++) {
                  request(bytes, random.nextInt(source.size - bytes + 1) & -512);
                  done.incrementAndGet();
                }
              }));
    }
    keepUntilEnded(new Source.Keeper(source), connections);
    assertThat(done).hasValue(CONNECTIONS * REQUESTS);
    assertThat(source.volume.state()).isInstanceOf(SourceState.Serving.class);
  }

  private static void keepUntilEnded(Source.Keeper keeper, List<Thread> connections)
      throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (connections.stream().anyMatch(Thread::isAlive)) {
      assertThat(System.nanoTime()).as("a connection waits for room").isLessThan(deadline);
      keeper.step();
    }
  }

  private void request(int bytes, int offset) {
    var request = new Request().write(offset, ByteBuffer.allocate(bytes), false);
    source.capture().execute(List.of(request), "connection");
    assertThat(request.failure()).isNull();
  }
}
