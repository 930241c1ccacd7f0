package io.blocktail.producer.journal;

import io.blocktail.event.Body;
import io.blocktail.event.Event;
import io.blocktail.event.EventCodec;
import io.blocktail.storage.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;

/// A journal on a simulated disk, with what its volume would remember, and with an account of what
/// was appended, and where, that is kept apart from the journal's own code.
final class Log {
  static final UUID VOLUME = new UUID(0x1122334455667788L, 0x99AABBCCDDEEFF00L);
  static final int SEGMENT = 4096;
  static final String ORIGIN = "test";

  /// What was appended.
  ///
  /// @param start of the record in its segment
  /// @param end behind its last byte that means something
  /// @param forced what a force had covered when it was appended
  record Entry(long sequence, long segment, int start, int end, long forced, ByteBuffer body) {}

  final SimulatedDisk disk;
  List<Incarnation> incarnations = List.of(new Incarnation(0, Place.FIRST));
  long forcedThen;
  final List<Entry> entries = new ArrayList<>();
  Journal journal;

  Log(SimulatedDisk disk) throws IOException {
    this.disk = disk;
    this.journal = open();
  }

  private Log(Log other) throws IOException {
    this.disk = other.disk.copy();
    this.incarnations = other.incarnations;
    this.forcedThen = other.forcedThen;
    this.journal = other.journal; // of the other disk: until this one is opened again
  }

  /// What is left when the process is killed now.
  Log killed() throws IOException {
    return new Log(this);
  }

  JournalSettings settings() {
    return new JournalSettings(
        disk,
        VOLUME,
        1,
        8 * SEGMENT,
        SEGMENT,
        Clock.fixed(Instant.EPOCH, ZoneOffset.UTC),
        Runnable::run,
        cause -> {});
  }

  /// The bodies that recovery finds from the redo point on.
  List<ByteBuffer> recovered() throws IOException {
    try (var recovery = JournalRecovery.read(settings(), incarnations, forcedThen)) {
      var found = new ArrayList<ByteBuffer>();
      recovery.replay(next -> found.add(copy(next.body())));
      return found;
    }
  }

  /// Opens, and has at once on the device what was redone.
  Journal open() throws IOException {
    openToRedoAgain();
    checkpoint();
    return journal;
  }

  /// Opens as a volume does: with the next incarnation, and the redo point where it was.
  Journal openToRedoAgain() throws IOException {
    try (var recovery = JournalRecovery.read(settings(), incarnations, forcedThen)) {
      journal = recovery.open();
      var all = new ArrayList<>(incarnations);
      all.add(new Incarnation(incarnations.getLast().number() + 1, recovery.end()));
      incarnations = List.copyOf(all);
      forcedThen = journal.forced();
      return journal;
    }
  }

  void checkpoint() throws IOException {
    Place redo = journal.redoPoint();
    journal.force(redo.sequence() - 1);
    incarnations = List.of(new Incarnation(incarnations.getLast().number(), redo));
    forcedThen = journal.forced();
  }

  Place redo() {
    return incarnations.getFirst().start();
  }

  void append(Body body) throws IOException {
    Place before = journal.redoPoint();
    long forced = journal.forced();
    Appended appended = journal.append(List.of(body), ORIGIN);
    journal.applied(appended);
    Place after = journal.redoPoint();
    ByteBuffer encoded =
        encode(new Event(before.sequence(), before.sequence() - 1, 1, 0, ORIGIN, body));
    int start = before.segment() == after.segment() ? before.position() : SegmentHeader.BYTES;
    int end = start + RecordFormat.HEADER + encoded.remaining();
    entries.add(new Entry(before.sequence(), after.segment(), start, end, forced, encoded));
  }

  /// A small event of a random kind.
  void append(RandomGenerator random) throws IOException {
    append(
        switch (random.nextInt(3)) {
          case 0 -> new Body.Bookmark("b".repeat(random.nextInt(40)));
          case 1 -> new Body.Zero(4096L * random.nextInt(100), 4096);
          default -> {
            var data = new byte[1 + random.nextInt(30)];
            random.nextBytes(data);
            yield new Body.Write(4096L * random.nextInt(100), ByteBuffer.wrap(data));
          }
        });
  }

  /// The entries from the redo point on.
  List<Entry> sinceRedo() {
    return entries.stream().filter(entry -> entry.sequence() >= redo().sequence()).toList();
  }

  static ByteBuffer encode(Event event) {
    var into = ByteBuffer.allocate(EventCodec.MAX_HEAD + 4096);
    EventCodec.encodeHead(event, into);
    ByteBuffer data = EventCodec.dataOf(event);
    if (data != null) {
      into.put(data.duplicate());
    }
    return into.flip();
  }

  static ByteBuffer copy(ByteBuffer from) {
    return ByteBuffer.allocate(from.remaining()).put(from.duplicate()).flip();
  }
}
