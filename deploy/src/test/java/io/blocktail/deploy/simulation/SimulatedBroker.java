package io.blocktail.deploy.simulation;

import io.blocktail.consumer.intake.ChangeStream;
import io.blocktail.consumer.intake.StreamBounds;
import io.blocktail.consumer.intake.StreamPosition;
import io.blocktail.consumer.intake.StreamRecord;
import io.blocktail.producer.publish.ChangeTopic;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A topic with one partition. What is sent waits until [#step] stores it; then, as the random
/// source says, it is acknowledged, reported as failed although it is stored, lost and reported as
/// failed, or stored a second time much later.
final class SimulatedBroker {
  private static final String TOPIC = "topic-1";
  private static final int SLICE = 20;

  private final RandomGenerator random;
  private final List<byte[]> records = new ArrayList<>();

  /// Copies of records that will be stored again, as a retry that was thought lost.
  private final ArrayDeque<byte[]> late = new ArrayDeque<>();

  SimulatedBroker(RandomGenerator random) {
    this.random = random;
  }

  /// A late copy arrives, if there is one.
  void step() {
    byte[] copy = late.poll();
    if (copy != null) {
      records.add(copy);
    }
  }

  boolean isQuiet() {
    return late.isEmpty();
  }

  int end() {
    return records.size();
  }

  ChangeTopic connectSource() {
    return new SourceEnd();
  }

  ChangeStream connectTarget() {
    return new TargetEnd();
  }

  private final class SourceEnd implements ChangeTopic {
    private final ArrayDeque<byte[]> sent = new ArrayDeque<>();
    private final ArrayDeque<Completion> told = new ArrayDeque<>();
    private boolean broken;

    @Override
    public Bounds bounds() {
      return new Bounds(TOPIC, 0, records.size());
    }

    @Override
    public Slice read(long from) {
      int end = (int) Math.min(records.size(), from + 1 + random.nextInt(SLICE));
      var slice = new ArrayList<Stored>();
      for (int offset = (int) from; offset < end; offset++) {
        slice.add(new Stored(offset, records.get(offset)));
      }
      return new Slice(slice, end);
    }

    @Override
    public void send(byte[] framed) {
      sent.addLast(framed);
    }

    @Override
    public @Nullable Completion poll() {
      deliver();
      return random.nextInt(4) == 0 ? null : told.poll();
    }

    private void deliver() {
      for (int n = random.nextInt(4); n > 0 && !sent.isEmpty(); n--) {
        byte[] framed = sent.removeFirst();
        int fate = broken ? 0 : random.nextInt(60);
        if (fate == 0) {
          broken = true; // nothing behind a lost record is stored either, until reset
          told.add(new Completion.Failed("lost"));
          continue;
        }
        records.add(framed);
        if (fate == 1) {
          told.add(new Completion.Failed("stored, but the answer got lost"));
          broken = true;
          continue;
        }
        if (fate == 2) {
          late.add(framed);
        }
        told.add(new Completion.Acknowledged(records.size() - 1));
      }
    }

    /// Some of what is under way still arrives, the rest never.
    @Override
    public void reset() {
      if (!broken) {
        for (int n = random.nextInt(sent.size() + 1); n > 0; n--) {
          late.add(sent.removeFirst());
        }
      }
      sent.clear();
      told.clear();
      broken = false;
    }

    @Override
    public void close() {
      reset();
    }
  }

  private final class TargetEnd implements ChangeStream {
    private int position = -1;

    @Override
    public StreamBounds bounds() {
      return new StreamBounds(TOPIC, 0, records.size(), 1);
    }

    @Override
    public void seek(StreamPosition from) {
      position = (int) from.offset();
    }

    @Override
    public Batch poll(Duration atMost) {
      if (position > 0 && random.nextInt(30) == 0) {
        position -= random.nextInt(Math.min(position, 5) + 1); // delivers some again
      }
      int end = Math.min(records.size(), position + random.nextInt(SLICE));
      var batch = new ArrayList<StreamRecord>();
      for (; position < end; position++) {
        batch.add(
            new StreamRecord(
                position, 1, 0, ByteBuffer.wrap(records.get(position)).asReadOnlyBuffer()));
      }
      return new Batch(batch, records.size());
    }

    @Override
    public void commit(StreamPosition position) {}

    @Override
    public void close() {}
  }
}
