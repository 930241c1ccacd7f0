package io.blocktail.validator.alert;

import io.blocktail.event.avro.ChunkRun;
import io.blocktail.event.avro.ResyncRequest;
import io.blocktail.volume.ChunkSet;
import java.time.Duration;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.LongSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/// Asks the source to send diverged chunks again: one request for all that a target needs at one
/// flush, never two open for one chunk. A chunk is held back until the other targets were heard, at
/// the longest as long as the first wait. A request that does not heal is repeated, each time after
/// twice as long. Chunks for which the source is accused are never asked for.
final class Requests {
  /// A gap has no more runs of chunks than this; see the codec of events.
  static final int MAX_RUNS = 4096;

  /// The longest wait is the first one times this.
  private static final int MOST = 32;

  private final KeyValueStore<String, Trouble> troubles;
  private final Outbox outbox;
  private final boolean heal;
  private final long firstWait;
  private final LongSupplier clock;

  /// Chunks to ask for at the next flush; they can be found again in the store.
  private final Map<Subject, BitSet> wanted = new LinkedHashMap<>();

  /// Chunks that were never asked for and are not yet to be; they can be found again in the store.
  private final Map<Subject, BitSet> held = new LinkedHashMap<>();

  /// @param heal whether to ask at all
  /// @param clock ms, this machine's
  Requests(
      KeyValueStore<String, Trouble> troubles,
      Outbox outbox,
      boolean heal,
      Duration answerTimeout,
      LongSupplier clock) {
    this.troubles = troubles;
    this.outbox = outbox;
    this.heal = heal;
    this.firstWait = answerTimeout.toMillis();
    this.clock = clock;
    try (var all = troubles.all()) {
      all.forEachRemaining(entry -> {
        var subject = Subject.ofChunkKey(entry.key);
        int chunk = Subject.chunkOf(entry.key);
        if (!entry.value.isHealed() && entry.value.dueAt() == 0) {
          want(subject, chunk);
        } else if (isHeld(entry.value)) {
          held.computeIfAbsent(subject, _ -> new BitSet()).set(chunk);
        }
      });
    }
  }

  void want(Subject subject, int chunk) {
    if (heal && subject.target() != null) {
      wanted.computeIfAbsent(subject, _ -> new BitSet()).set(chunk);
    }
  }

  private static boolean isHeld(Trouble trouble) {
    return !trouble.isHealed() && trouble.tries() == 0 && trouble.dueAt() > 0;
  }

  /// Holds a chunk back that was found different.
  void hold(Subject subject, int chunk) {
    @Nullable Trouble trouble = troubles.get(subject.chunkKey(chunk));
    if (heal && trouble != null) {
      troubles.put(subject.chunkKey(chunk), trouble.asked(0, clock.getAsLong() + firstWait));
      held.computeIfAbsent(subject, _ -> new BitSet()).set(chunk);
    }
  }

  /// Asks for what is held back of a chunk, for those targets for which it need not be any more.
  ///
  /// @param isHeard whether, with this trouble of that target, all others were heard
  void release(String volume, int chunk, BiPredicate<Subject, Trouble> isHeard) {
    for (var entry : held.entrySet()) {
      Subject subject = entry.getKey();
      if (!subject.volume().equals(volume) || !entry.getValue().get(chunk)) {
        continue;
      }
      @Nullable Trouble trouble = troubles.get(subject.chunkKey(chunk));
      if (trouble == null || !isHeld(trouble)) {
        entry.getValue().clear(chunk);
      } else if (isHeard.test(subject, trouble)) {
        entry.getValue().clear(chunk);
        troubles.put(subject.chunkKey(chunk), trouble.asked(0, 0));
        want(subject, chunk);
      }
    }
  }

  boolean isEmpty() {
    return wanted.isEmpty();
  }

  /// The target says that it is inside a gap: the answer is under way, so there is time.
  void postpone(Subject subject, int chunk) {
    String key = subject.chunkKey(chunk);
    @Nullable Trouble trouble = troubles.get(key);
    if (trouble != null && !trouble.isHealed() && trouble.dueAt() > 0) {
      troubles.put(key, trouble.asked(trouble.tries(), clock.getAsLong() + firstWait));
    }
  }

  /// Wants again what was asked for long enough ago and is not healed.
  ///
  /// @param underWay whether the target is inside a gap
  void repeat(Subject subject, boolean underWay) {
    long now = clock.getAsLong();
    for (var entry : Stores.copy(troubles, subject.first(), subject.last())) {
      Trouble trouble = entry.value;
      int chunk = Subject.chunkOf(entry.key);
      if (trouble.isHealed() || trouble.dueAt() == 0 || now < trouble.dueAt()) {
        continue;
      }
      if (underWay) {
        postpone(subject, chunk);
      } else {
        want(subject, chunk);
      }
    }
  }

  /// Sends the requests.
  ///
  /// @param volumes by name
  void send(KeyValueStore<String, WatchedVolume> volumes) {
    wanted.forEach((subject, chunks) -> {
      @Nullable WatchedVolume volume = volumes.get(subject.volume());
      if (volume != null) {
        byPass(subject, chunks).forEach((pass, set) -> send(subject, volume.volumeId(), pass, set));
      }
    });
    wanted.clear();
  }

  /// What is still to be healed and may be, by the pass that found it.
  private Map<Long, ChunkSet> byPass(Subject subject, BitSet chunks) {
    var source = new Subject(subject.volume(), null);
    var bits = new TreeMap<Long, BitSet>();
    for (int chunk : chunks.stream().toArray()) {
      @Nullable Trouble trouble = troubles.get(subject.chunkKey(chunk));
      @Nullable Trouble rot = troubles.get(source.chunkKey(chunk));
      if (trouble == null || trouble.isHealed()) {
        continue;
      }
      if (rot != null && !rot.isHealed()) {
        // Asked for later, should the source's chunk be written again and the target's still
        // differ.
        troubles.put(
            subject.chunkKey(chunk), trouble.asked(trouble.tries(), clock.getAsLong() + firstWait));
        continue;
      }
      bits.computeIfAbsent(trouble.pass(), _ -> new BitSet()).set(chunk);
    }
    var sets = new TreeMap<Long, ChunkSet>();
    bits.forEach((pass, set) -> sets.put(pass, ChunkSet.of(set)));
    return sets;
  }

  private void send(Subject subject, String volumeId, long pass, ChunkSet chunks) {
    List<ChunkSet.Run> runs = chunks.runs();
    for (int from = 0; from < runs.size(); from += MAX_RUNS) {
      var part = new ChunkSet(runs.subList(from, Math.min(from + MAX_RUNS, runs.size())));
      outbox.ask(request(subject, volumeId, pass, part));
    }
  }

  /// Also notes in the store that the chunks are asked for.
  private ResyncRequest request(Subject subject, String volumeId, long pass, ChunkSet chunks) {
    String id = "";
    long newest = 0;
    for (int chunk : chunks.indexes().toArray()) {
      Trouble asked = asked(troubles.get(subject.chunkKey(chunk)));
      troubles.put(subject.chunkKey(chunk), asked);
      if (id.isEmpty()) {
        id =
            "%s/%d@%d:%d#%d"
                .formatted(subject, chunk, asked.epoch(), asked.sequence(), asked.tries());
      }
      newest = Math.max(newest, asked.sequence());
    }
    return ResyncRequest.newBuilder()
        .setId(id)
        .setVolume(subject.volume())
        .setVolumeId(volumeId)
        .setTarget(subject.target())
        .setChunks(
            chunks.runs().stream().map(run -> new ChunkRun(run.first(), run.count())).toList())
        .setPass(pass)
        .setReason(
            "%d chunks differ from the source at markers up to %d"
                .formatted(chunks.count(), newest))
        .setAt(clock.getAsLong() * 1000)
        .build();
  }

  private Trouble asked(Trouble trouble) {
    long wait = firstWait * Math.min(1L << Math.min(trouble.tries(), 30), MOST);
    return trouble.asked(trouble.tries() + 1, clock.getAsLong() + wait);
  }

  void forget(Subject subject) {
    wanted.remove(subject);
    held.remove(subject);
  }
}
