package io.blocktail.producer.capture;

import static io.blocktail.producer.capture.Source.CHUNK;
import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.digest.ChunkHasher;
import io.blocktail.event.Body;
import io.blocktail.event.Event;
import io.blocktail.producer.journal.JournalSuspended;
import io.blocktail.storage.SimulatedDisk;
import io.blocktail.volume.Geometry;
import io.blocktail.volume.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// Promises "Order" and "Durable": a process that dies before any one of its writes, renames and
/// forces, again and again, under load.
class SourceCrashSimulationTest {
  /// What the volume has at most, in bytes: what it does not have yet counts as zeros.
  private static final int SIZE = 2 * CHUNK;

  private static final int SMALLEST = SIZE - 100 * Geometry.BLOCK;
  private static final int AREA = 200_000;

  private final int runs = Integer.getInteger("suite.runs", 10);
  private final long seed = Long.getLong("suite.seed", System.nanoTime());

  @Test
  void aKilledSourceHasEveryAcknowledgedWriteAndEqualsItsHistory() throws Exception {
    for (int run = 0; run < runs; run++) {
      long runSeed = seed + run;
      try {
        new Run(new Random(runSeed)).killAgainAndAgain(8);
      } catch (Throwable e) {
        throw new AssertionError("-Dsuite.runs=1 -Dsuite.seed=" + runSeed, e);
      }
    }
  }

  @Test
  void aSourceThatLosesPowerHasEveryFlushedWrite() throws Exception {
    for (int run = 0; run < runs; run++) {
      long runSeed = seed + run;
      try {
        new Run(new Random(runSeed)).losePowerAgainAndAgain(5);
      } catch (Throwable e) {
        throw new AssertionError("-Dsuite.runs=1 -Dsuite.seed=" + runSeed, e);
      }
    }
  }

  private static final class Run {
    final Random random;
    final Source source;

    /// What clients may rely on: acknowledged writes.
    byte[] model = new byte[SIZE];

    /// For each byte, which write was the last that somebody asked for, and which the last that was
    /// flushed; numbers of batches.
    final int[] asked = new int[SIZE];

    int batch;
    int flushed;
    int countdown = Integer.MAX_VALUE;
    boolean dead;

    Run(Random random) throws IOException {
      this.random = random;
      this.source =
          new Source(new SimulatedDisk(), new SimulatedDisk(), SMALLEST, Source.settings(false, 6));
      source.directory.onFault(this::strike);
      source.medium.onFault(this::strike);
    }

    /// Of the device, with zeros for what it does not have yet.
    private byte[] content() throws IOException {
      return Arrays.copyOf(source.deviceContent(), SIZE);
    }

    private void strike(String operation, String file) throws IOException {
      if (countdown-- <= 0) {
        dead = true;
      }
      if (dead) {
        throw new IOException("killed before " + operation + " of " + file);
      }
    }

    void killAgainAndAgain(int times) throws IOException {
      byte[] replayed = new byte[SIZE];
      Source.Keeper keeper = new Source.Keeper(source, replayed, 0);
      for (int i = 0; i < times; i++) {
        List<Request> last = work(keeper);
        revive(false);
        keeper = new Source.Keeper(source, replayed, keeper.done());
        sendAllThatIsDirty(keeper);
        byte[] device = content();
        assertThat(replayed).as("replay of the journal").isEqualTo(device);
        assertAcknowledged(device, last);
        model = device;
      }
    }

    /// Works until it is struck, if need be in the middle of something.
    private List<Request> work(Source.Keeper keeper) throws IOException {
      countdown = random.nextInt(random.nextBoolean() ? 400 : 40); // some lives are short
      List<Request> requests = List.of();
      while (!dead) {
        requests = batch();
        source.capture().execute(requests, "test");
        if (requests.stream().allMatch(request -> request.failure() == null)) {
          requests.forEach(this::acknowledge);
        } else if (!dead) {
          settle(requests);
        }
        aside(keeper);
      }
      return requests;
    }

    /// Some were refused, as a write is that needs the rest of a block which a power loss has made
    /// other than what the journal says. How much of them came to the device is only seen there.
    private void settle(List<Request> requests) throws IOException {
      byte[] device = content();
      for (Request request : requests) {
        if (request.failure() == null) {
          acknowledge(request);
        } else if (request.changes()) {
          int offset = (int) request.offset();
          System.arraycopy(device, offset, model, offset, (int) request.length());
          Arrays.fill(asked, offset, offset + (int) request.length(), batch);
        }
      }
    }

    /// What the rest of the producer does.
    private void aside(Source.Keeper keeper) {
      try {
        switch (random.nextInt(8)) {
          case 0 -> keeper.step();
          case 1 -> source.volume.checkpoint();
          case 2 -> source.volume.nextPass();
          case 3 -> {
            var marked =
                source.capture().markLocked(0, new ChunkHasher(Geometry.of(SMALLEST)), "s");
            source
                .volume
                .chunks()
                .digested(0, marked.lastChange(), marked.digest(), marked.sequence());
          }
          case 4 -> {
            // what no chunk's record speaks of
            source.capture().append(new Body.Bookmark("here"), "s");
            source.volume.checkpoint();
          }
          case 5 -> {
            if (random.nextInt(4) == 0) {
              switchWay(keeper);
            }
          }
          case 6 -> {
            if (random.nextInt(4) == 0) {
              grow();
            }
          }
          default -> {}
        }
      } catch (JournalSuspended e) {
        assertThat(source.volume.state()).isEqualTo(new SourceState.Overflow());
      } catch (IOException e) {
        assertThat(dead).as(e.getMessage()).isTrue();
      }
    }

    private void grow() throws IOException {
      long size = source.capture().size();
      int blocks = (int) (SIZE - size) / Geometry.BLOCK;
      if (blocks > 0 && !(source.volume.state() instanceof SourceState.Overflow)) {
        source.volume.grow(size + (1L + random.nextInt(blocks)) * Geometry.BLOCK);
      }
    }

    /// The journal overflows, or has room again; then what went past it is sent at some time.
    private void switchWay(Source.Keeper keeper) throws IOException {
      if (source.volume.state() instanceof SourceState.Overflow) {
        keeper.step();
        source.volume.endOverflow();
      } else {
        source.volume.beginOverflow();
      }
      if (random.nextBoolean() && !(source.volume.state() instanceof SourceState.Overflow)) {
        source.fillGaps(keeper);
      }
    }

    private void sendAllThatIsDirty(Source.Keeper keeper) throws IOException {
      if (source.volume.state() instanceof SourceState.Overflow) {
        keeper.step();
        source.volume.endOverflow();
      }
      source.fillGaps(keeper);
      keeper.step();
      assertThat(source.volume.state()).isEqualTo(new SourceState.Serving());
    }

    private List<Request> batch() {
      batch++;
      var requests = new ArrayList<Request>();
      if (random.nextInt(10) == 0 && hasRoomForTheLargestBatch()) {
        var data = new byte[CHUNK];
        random.nextBytes(data);
        long offset =
            random.nextInt(((int) source.capture().size() - CHUNK) / Geometry.BLOCK)
                * (long) Geometry.BLOCK;
        requests.add(new Request().write(offset, ByteBuffer.wrap(data), random.nextBoolean()));
        return requests;
      }
      for (int i = 0; i <= random.nextInt(4); i++) {
        int length = 1 + random.nextInt(random.nextInt(8) == 0 ? AREA / 2 : 9000);
        long offset = CHUNK - AREA / 2L + random.nextInt(AREA - length);
        var data = new byte[length];
        random.nextBytes(data);
        requests.add(
            switch (random.nextInt(8)) {
              case 0 -> new Request().zero(offset, length, false);
              case 1 -> new Request().flush();
              default -> new Request().write(offset, ByteBuffer.wrap(data), random.nextInt(5) == 0);
            });
      }
      return requests;
    }

    /// Nobody else is there to make room while a writer waits.
    private boolean hasRoomForTheLargestBatch() {
      long free = source.volume.journal().limitBytes() - source.volume.journal().usedBytes();
      return free > 2 * CHUNK + 3 * Geometry.BLOCK;
    }

    private void acknowledge(Request request) {
      for (int i = 0; request.changes() && i < request.length(); i++) {
        model[(int) request.offset() + i] = value(request, i);
        asked[(int) request.offset() + i] = batch;
      }
      if (request.durable()) {
        flushed = batch;
      }
    }

    private static byte value(Request request, int i) {
      return request.operation() == Request.Operation.WRITE
          ? request.data().get(request.data().position() + i)
          : 0;
    }

    /// Each byte is what was acknowledged, or what one of the last, unanswered requests wrote.
    private void assertAcknowledged(byte[] device, List<Request> last) {
      for (int at = 0; at < SIZE; at++) {
        if (device[at] == model[at]) {
          continue;
        }
        boolean explained = false;
        for (Request request : last) {
          long i = at - request.offset();
          explained |=
              request.changes()
                  && i >= 0
                  && i < request.length()
                  && device[at] == value(request, (int) i);
        }
        assertThat(explained).as("byte %d", at).isTrue();
      }
    }

    private void revive(boolean powerLoss) throws IOException {
      source.directory.kill();
      source.medium.kill();
      countdown = Integer.MAX_VALUE;
      dead = false;
      if (powerLoss) {
        source.losePowerAndReopen(random);
      } else {
        source.killAndReopen();
      }
    }

    void losePowerAgainAndAgain(int times) throws IOException {
      long done = 0;
      byte[] replayed = new byte[SIZE];
      for (int i = 0; i < times; i++) {
        var keeper = new Source.Keeper(source, replayed, done);
        byte[] before = model.clone();
        int[] askedBefore = asked.clone();
        List<Request> last = work(keeper);
        for (Request request : last) {
          for (int j = 0; request.changes() && j < request.length(); j++) {
            asked[(int) request.offset() + j] = batch;
          }
        }
        revive(true);
        byte[] device = content();
        assertFlushed(device, before, askedBefore);
        done = keeper.done();
        assertThat(source.volume.journal().appended())
            .as("what could be published is there")
            .isGreaterThanOrEqualTo(done);
        assertDense(done + 1);
        if (random.nextInt(4) > 0) {
          var publisher = new Source.Keeper(source, replayed, done);
          sendAllThatIsDirty(publisher);
          done = publisher.done();
          assertThat(replayed).as("replay of the stream").isEqualTo(device);
        } // else the power is lost again before what it made doubtful was sent
        model = device;
        flushed = batch;
      }
    }

    /// What the publisher goes on with has no hole.
    private void assertDense(long from) throws IOException {
      assertThat(source.events(from))
          .extracting(Event::sequence)
          .isEqualTo(
              LongStream.rangeClosed(from, source.volume.journal().appended()).boxed().toList());
    }

    /// Nobody asked for another content of the byte since the last flush: it is what it was then.
    private void assertFlushed(byte[] device, byte[] before, int[] askedBefore) {
      for (int at = 0; at < SIZE; at++) {
        if (asked[at] <= flushed) {
          byte wanted = asked[at] == askedBefore[at] ? before[at] : model[at];
          assertThat(device[at]).as("byte %d", at).isEqualTo(wanted);
        }
      }
    }
  }
}
