package io.blocktail.deploy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.volume.Geometry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What the source held at which sequence, known from the clients' requests alone: the oracle. A
/// batch of requests becomes several events; between them each block holds what it held before the
/// batch or after one of the batch's requests.
final class History {
  /// @param upTo the last sequence of the batch
  /// @param variants for each block that the batch touched what it held after each of its requests
  private record Change(long upTo, Map<Integer, List<byte[]>> variants) {}

  private final int size;
  private final List<Change> changes = new ArrayList<>();

  /// A content replayed up to some change, moved on as watermarks do.
  private byte[] replayed;

  private int applied;

  /// Blocks of a batch of which the source has lost the end: what each may hold until the next
  /// change.
  private Map<Integer, List<byte[]>> torn = Map.of();

  History(int size) {
    this.size = size;
    this.replayed = new byte[size];
  }

  /// @param upTo the last sequence that was given for the batch
  /// @param stages the whole content before the batch and after each of its requests
  void record(long upTo, List<byte[]> stages) {
    var variants = new HashMap<Integer, List<byte[]>>();
    torn.forEach((at, list) -> {
      var all = new ArrayList<>(list);
      all.add(Arrays.copyOfRange(stages.getLast(), at, at + Geometry.BLOCK));
      variants.put(at, all);
    });
    torn = Map.of();
    for (int i = 1; i < stages.size(); i++) {
      for (int at = 0; at < size; at += Geometry.BLOCK) {
        if (!same(stages.get(i), stages.get(i - 1), at)) {
          variants
              .computeIfAbsent(at, key -> new ArrayList<>())
              .add(Arrays.copyOfRange(stages.get(i), at, at + Geometry.BLOCK));
        }
      }
    }
    changes.add(new Change(upTo, variants));
  }

  /// The source has lost what it did after a sequence, and nobody was told of it.
  ///
  /// @return what the history says that the source holds; of a batch in the middle it is not known
  byte[] cutBack(long last) {
    while (!changes.isEmpty() && changes.getLast().upTo() > last) {
      Change lost = changes.removeLast();
      boolean partly = changes.isEmpty() || changes.getLast().upTo() < last;
      torn = partly ? lost.variants() : Map.of();
    }
    byte[] content = new byte[size];
    for (Change change : changes) {
      change
          .variants()
          .forEach((at, list) -> System.arraycopy(list.getLast(), 0, content, at, Geometry.BLOCK));
    }
    replayed = new byte[size];
    applied = 0;
    return content;
  }

  private static boolean same(byte[] a, byte[] b, int at) {
    int end = at + Geometry.BLOCK;
    return Arrays.equals(a, at, end, b, at, end);
  }

  /// Prefix: a replica that says it is consistent holds what the source held at its watermark.
  void assertPrefix(long watermark, byte[] replica) {
    if (applied > 0 && changes.get(applied - 1).upTo() > watermark) {
      replayed = new byte[size];
      applied = 0;
    }
    while (applied < changes.size() && changes.get(applied).upTo() <= watermark) {
      changes
          .get(applied++)
          .variants()
          .forEach((at, list) -> System.arraycopy(list.getLast(), 0, replayed, at, Geometry.BLOCK));
    }
    if (Arrays.equals(replayed, replica)) {
      return;
    }
    Map<Integer, List<byte[]>> next =
        applied < changes.size() ? changes.get(applied).variants() : Map.of();
    for (int at = 0; at < size; at += Geometry.BLOCK) {
      byte[] block = Arrays.copyOfRange(replica, at, at + Geometry.BLOCK);
      boolean known =
          same(replica, replayed, at)
              || next.getOrDefault(at, List.of()).stream().anyMatch(v -> Arrays.equals(v, block));
      assertThat(known)
          .as("Prefix: block %d at watermark %d", at / Geometry.BLOCK, watermark)
          .isTrue();
    }
  }
}
