package io.blocktail.consumer.target;

import io.blocktail.consumer.intake.ChangeStream;
import io.blocktail.consumer.intake.StreamBounds;
import io.blocktail.consumer.intake.StreamCutException;
import io.blocktail.consumer.intake.StreamPosition;
import io.blocktail.consumer.intake.StreamRecord;
import io.blocktail.consumer.intake.StreamUnavailableException;
import io.blocktail.consumer.intake.UnreadableRecordException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A stream in memory, and one reader of it at a time.
final class SimulatedStream implements ChangeStream {
  private record Stored(byte @Nullable [] value, int leaderEpoch) {}

  private final List<Stored> records = new ArrayList<>();
  private String topicId = "topic-1";
  private int beginning;
  private int leaderEpoch = 1;
  private boolean away;
  private boolean hidden;

  /// Offsets of records that the broker keeps damaged.
  final Set<Long> rotten = new HashSet<>();

  int polls;

  /// Whether the reader was told that its place is gone, and has not sought another since.
  private boolean paused;

  private long position = -1;

  /// Leader epoch of the record before the position, -1 when not known.
  private int positionEpoch = -1;

  /// How many records a poll gives at most.
  int batch = 10;

  long committed = -1;

  void publish(byte @Nullable [] value) {
    records.add(new Stored(value, leaderEpoch));
  }

  byte @Nullable [] valueAt(int offset) {
    return records.get(offset).value();
  }

  void electLeader() {
    leaderEpoch++;
  }

  /// Records before the offset are not retained any more.
  void expireBefore(int offset) {
    beginning = offset;
  }

  /// The stream loses its end.
  ///
  /// @return the records that are gone
  List<byte @Nullable []> cutTo(int offset) {
    List<Stored> end = records.subList(offset, records.size());
    var lost = new ArrayList<byte @Nullable []>();
    end.forEach(stored -> lost.add(stored.value()));
    end.clear();
    leaderEpoch++;
    return lost;
  }

  void recreate() {
    records.clear();
    topicId += "'";
    beginning = 0;
  }

  void away(boolean away) {
    this.away = away;
  }

  /// Records can be read, but nobody tells how the stream lies.
  void hideBounds(boolean hidden) {
    this.hidden = hidden;
  }

  int end() {
    return records.size();
  }

  @Override
  public StreamBounds bounds() throws StreamUnavailableException {
    check();
    if (hidden) {
      throw new StreamUnavailableException("the simulated broker elects a leader");
    }
    return new StreamBounds(topicId, beginning, records.size(), leaderEpoch);
  }

  private void check() throws StreamUnavailableException {
    if (away) {
      throw new StreamUnavailableException("the simulated broker is away");
    }
  }

  @Override
  public void seek(StreamPosition position) {
    this.position = position.offset();
    this.positionEpoch = position.leaderEpoch();
    this.paused = false;
  }

  /// As a broker does that hands out a place again.
  void goBack(int records) {
    position = Math.max(beginning, position - records);
    positionEpoch = -1;
  }

  @Override
  public Batch poll(Duration atMost)
      throws StreamUnavailableException, StreamCutException, UnreadableRecordException {
    polls++;
    check();
    if (paused) {
      return new Batch(List.of(), -1);
    }
    if (position < beginning || position > records.size()) {
      throw cut("offset %d is not in the stream".formatted(position));
    }
    if (positionEpoch >= 0 && endOf(positionEpoch) < position) {
      throw cut("leader epoch %d ends before offset %d".formatted(positionEpoch, position));
    }
    if (rotten.contains(position)) {
      throw new UnreadableRecordException(position, "its checksum is wrong");
    }
    var found = new ArrayList<StreamRecord>();
    while (position < records.size() && found.size() < batch && !rotten.contains(position)) {
      Stored stored = records.get((int) position);
      byte[] value = stored.value();
      found.add(
          new StreamRecord(
              position,
              stored.leaderEpoch(),
              1_000,
              value == null ? null : ByteBuffer.wrap(value).asReadOnlyBuffer()));
      position++;
      positionEpoch = stored.leaderEpoch();
    }
    return new Batch(found, records.size());
  }

  /// Says it once: a consumer that was told does not read on by itself.
  private StreamCutException cut(String message) {
    paused = true;
    return new StreamCutException(message);
  }

  /// Where the records of that leader epoch, or of the one before it, end: what a broker answers a
  /// consumer that has to check its position.
  private int endOf(int epoch) {
    int end = records.size();
    while (end > 0 && records.get(end - 1).leaderEpoch() > epoch) {
      end--;
    }
    return end > 0 && records.get(end - 1).leaderEpoch() == epoch ? end : 0;
  }

  @Override
  public void commit(StreamPosition position) {
    committed = position.offset();
  }

  @Override
  public void close() {}
}
