package io.blocktail.validator.alert;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which copy a target's name stands for.
///
/// @param id its UUID
/// @param at the newest time heard from it, µs since 1970, by the consumer's clock
/// @param former copies that had the name before, newest first; absent in what an earlier release
///   stored
public record Copy(String id, long at, @Nullable List<Former> former) {
  private static final int KEPT = 8;

  /// A copy that was succeeded.
  ///
  /// @param until when its successor first spoke, µs since 1970
  public record Former(String id, long until) {}

  /// How something that is said stands to what is known.
  enum Standing {
    CURRENT,
    /// Of another copy that has taken the name.
    SUCCESSOR,
    /// Of a copy that had the name before, and comes late.
    FORMER,
    /// Of a copy that had the name before, and speaks on.
    RIVAL
  }

  public Copy {
    former = former == null || former.isEmpty() ? null : List.copyOf(former);
  }

  static Copy of(String id, long at) {
    return new Copy(id, at, null);
  }

  private List<Former> before() {
    return former == null ? List.of() : former;
  }

  /// Of two copies the one that speaks later has the name, once.
  Standing standing(String replica, long time) {
    if (id.equals(replica)) {
      return Standing.CURRENT;
    }
    for (Former one : before()) {
      if (one.id().equals(replica)) {
        return time > one.until() ? Standing.RIVAL : Standing.FORMER;
      }
    }
    return time > at ? Standing.SUCCESSOR : Standing.FORMER;
  }

  /// It speaks.
  Copy heard(long time) {
    return new Copy(id, Math.max(at, time), former);
  }

  Copy succeededBy(String replica, long time) {
    var all = new ArrayList<>(before());
    all.removeIf(one -> one.id().equals(replica));
    all.addFirst(new Former(id, time));
    return new Copy(replica, time, all.subList(0, Math.min(KEPT, all.size())));
  }
}
