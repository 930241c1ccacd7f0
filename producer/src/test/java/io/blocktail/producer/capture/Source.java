package io.blocktail.producer.capture;

import io.blocktail.event.Body;
import io.blocktail.event.Event;
import io.blocktail.event.EventCodec;
import io.blocktail.event.InvalidEventException;
import io.blocktail.producer.journal.JournalReader;
import io.blocktail.producer.journal.JournalRecord;
import io.blocktail.storage.SimulatedDevice;
import io.blocktail.storage.SimulatedDisk;
import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.VolumeName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/// A source volume on simulated disks, one for the device and one for the directory, that can be
/// killed and opened again.
final class Source {
  interface Step {
    void step() throws IOException;
  }

  static final VolumeName NAME = new VolumeName("demo");
  static final int CHUNK = 1 << 20;
  static final int SEGMENT = SourceSettings.MIN_SEGMENT;

  final SimulatedDisk directory;
  final SimulatedDisk medium;
  final int size;
  final SourceSettings settings;
  SourceVolume volume;
  private int boots;

  /// @param size in bytes
  Source(int size) throws IOException {
    this(new SimulatedDisk(), new SimulatedDisk(), size, settings(false));
  }

  Source(SimulatedDisk directory, SimulatedDisk medium, int size, SourceSettings settings)
      throws IOException {
    this(directory, medium, size, settings, 0);
  }

  /// @param boots how often the system was started before
  Source(
      SimulatedDisk directory, SimulatedDisk medium, int size, SourceSettings settings, int boots)
      throws IOException {
    this.boots = boots;
    this.directory = directory;
    this.medium = medium;
    this.size = size;
    this.settings = settings;
    this.volume = open();
  }

  private SourceVolume open() throws IOException {
    return SourceVolume.open(NAME, device(), directory, settings.under("boot-" + boots));
  }

  static SourceSettings settings(boolean startsWithContent) {
    return settings(startsWithContent, 8);
  }

  static SourceSettings settings(boolean startsWithContent, int segments) {
    return new SourceSettings(
        "test",
        (long) segments * SEGMENT,
        SEGMENT,
        Clock.fixed(Instant.EPOCH, ZoneOffset.UTC),
        startsWithContent,
        Boot.UNKNOWN,
        Runnable::run);
  }

  BlockDevice device() throws IOException {
    return new SimulatedDevice(medium, "device", size);
  }

  /// Kills the process and starts another one on the same disks.
  void killAndReopen() throws IOException {
    directory.kill();
    volume = open();
  }

  /// Loses power, and starts the operating system and the process anew.
  void losePowerAndReopen(RandomGenerator random) throws IOException {
    directory.losePower(random);
    medium.losePower(random);
    boots++;
    volume = open();
  }

  /// Sends what the volume's own gaps are about.
  void fillGaps() throws IOException {
    fillGaps(() -> {});
  }

  /// @param room is called before each chunk
  void fillGaps(Step room) throws IOException {
    for (OwnGap gap : volume.takeGaps()) {
      for (int chunk : gap.chunks().indexes().toArray()) {
        room.step();
        capture().base(chunk, gap.name(), null, gap.origin());
      }
      capture().append(new Body.Whole(gap.name(), null), gap.origin());
    }
  }

  CapturingDevice capture() {
    return volume.device();
  }

  byte[] deviceContent() throws IOException {
    return medium.contentOf("device");
  }

  /// Every event of the journal from the sequence on, after a force; data copied.
  List<Event> events(long from) throws IOException {
    volume.journal().force(volume.journal().appended());
    try (JournalReader reader = volume.journal().reader(from)) {
      return rest(reader);
    }
  }

  private static List<Event> rest(JournalReader reader) throws IOException {
    try {
      var events = new ArrayList<Event>();
      for (JournalRecord next = reader.next(); next != null; next = reader.next()) {
        ByteBuffer copy = ByteBuffer.allocate(next.body().remaining()).put(next.body()).flip();
        events.add(EventCodec.decode(copy));
      }
      return events;
    } catch (InvalidEventException e) {
      throw new AssertionError(e);
    }
  }

  /// What the events make of a content, by an own few lines.
  static void replay(List<Event> events, byte[] content) {
    for (Event event : events) {
      if (event.body() instanceof Body.Content change) {
        ByteBuffer data = change.content();
        for (int i = 0; i < change.length(); i++) {
          content[(int) change.offset() + i] = data == null ? 0 : data.get(data.position() + i);
        }
      }
    }
  }

  static ByteBuffer bytes(int length, int value) {
    var bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return ByteBuffer.wrap(bytes);
  }

  /// Does what the rest of the producer does while writes go on: takes every event off the journal,
  /// replays it, and lets the journal go on. For one thread.
  static final class Keeper implements Step {
    private final Source source;
    private final byte[] content;
    private final JournalReader reader;
    private long done;

    Keeper(Source source) throws IOException {
      this(source, new byte[source.size], 0);
    }

    /// Goes on behind what an earlier one has replayed.
    Keeper(Source source, byte[] content, long done) throws IOException {
      this.source = source;
      this.content = content;
      this.done = done;
      this.reader = source.volume.journal().reader(done + 1);
    }

    @Override
    public void step() throws IOException {
      source.volume.journal().force(source.volume.journal().appended());
      List<Event> events = rest(reader);
      replay(events, content);
      done += events.size();
      source.volume.journal().acknowledged(done);
      source.volume.checkpoint();
    }

    /// Sequence of the last event that was replayed.
    long done() {
      return done;
    }

    byte[] replayed() {
      return content;
    }
  }
}
