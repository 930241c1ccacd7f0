package io.blocktail.validator.alert;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How far the newest scrub passes have come, newest first.
public record Passes(List<Pass> newest) {
  /// So many passes are followed; an on-demand one may overtake one in the background.
  static final int KEPT = 4;

  static final Passes NONE = new Passes(List.of());

  /// One pass.
  ///
  /// @param id strictly increasing per volume
  /// @param count chunks marked by the source, or found equal at a target
  /// @param startedAt when its first marker was taken, µs since 1970
  /// @param lastPosition the highest position of its markers
  public record Pass(long id, int count, long startedAt, long lastPosition) {}

  public Passes {
    newest = List.copyOf(newest);
  }

  @Nullable Pass find(long id) {
    return newest.stream().filter(pass -> pass.id() == id).findFirst().orElse(null);
  }

  /// How many chunks a pass has counted; 0 for one that is not known.
  public int countOf(long id) {
    Pass pass = find(id);
    return pass == null ? 0 : pass.count();
  }

  /// The newest pass of all, complete or not.
  public @Nullable Pass last() {
    return newest.isEmpty() ? null : newest.getFirst();
  }

  /// The newest pass that has counted every chunk.
  @Nullable Pass lastComplete(int chunks) {
    return newest.stream().filter(pass -> pass.count() >= chunks).findFirst().orElse(null);
  }

  /// Counts a marker; a pass that is older than all that are kept stays forgotten, pass 0 is none.
  ///
  /// @param gained whether it has a chunk more
  Passes count(long id, boolean gained, long at, long position) {
    if (id == 0) {
      return this;
    }
    var passes = new ArrayList<>(newest);
    Pass before = find(id);
    if (before == null) {
      passes.add(new Pass(id, gained ? 1 : 0, at, position));
    } else {
      long last = Math.max(before.lastPosition(), position);
      passes.remove(before);
      passes.add(
          new Pass(id, before.count() + (gained ? 1 : 0), Math.min(before.startedAt(), at), last));
    }
    passes.sort(Comparator.comparingLong(Pass::id).reversed());
    return new Passes(passes.subList(0, Math.min(KEPT, passes.size())));
  }

  /// The passes of these ids have a chunk less.
  Passes without(List<Long> ids) {
    return new Passes(
        newest.stream()
            .map(pass ->
                ids.contains(pass.id())
                    ? new Pass(
                        pass.id(),
                        Math.max(pass.count() - 1, 0),
                        pass.startedAt(),
                        pass.lastPosition())
                    : pass)
            .toList());
  }
}
