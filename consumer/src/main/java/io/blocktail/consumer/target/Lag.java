package io.blocktail.consumer.target;

import io.blocktail.consumer.intake.StreamBounds;
import io.blocktail.consumer.intake.StreamRecord;
import org.jspecify.annotations.Nullable;

/// How far a target is behind its stream. For the target's thread.
final class Lag {
  /// Offset behind the stream's last record, as far as is known.
  private long end;

  /// The newest leader epoch under which the stream was seen.
  private int leaderEpoch = -1;

  /// When the broker took the record that was applied last, in ms since 1970.
  private long lastTaken;

  /// When the target fell behind, in ms since 1970; [#CAUGHT_UP] when it is not behind, and
  /// [#ALWAYS] when it has been ever since it started.
  private long behindSince = ALWAYS;

  private static final long CAUGHT_UP = -1;
  private static final long ALWAYS = 0;

  /// The stream was opened, or is another one.
  void restart(StreamBounds bounds) {
    end = bounds.end();
    leaderEpoch = bounds.leaderEpoch();
    behindSince = ALWAYS;
    lastTaken = 0;
  }

  /// Under a new leader the end that was known before may be one that the stream has lost.
  void seen(StreamBounds bounds) {
    if (bounds.leaderEpoch() > leaderEpoch) {
      restart(bounds);
    } else {
      known(bounds.end());
    }
  }

  void known(long end) {
    this.end = Math.max(this.end, end);
  }

  void applied(StreamRecord record) {
    lastTaken = record.timestamp();
    end = Math.max(end, record.offset() + 1);
  }

  long end() {
    return end;
  }

  long changes(long next) {
    return Math.max(0, end - next);
  }

  /// The oldest record that is not applied came after the last that is, and not before the target
  /// fell behind: the later of the two, so that a pause of the stream is no lag.
  ///
  /// @return null while neither is known, since nothing was applied yet
  @Nullable Long millis(long next, long now) {
    if (changes(next) == 0) {
      behindSince = CAUGHT_UP;
      return 0L;
    }
    if (behindSince == CAUGHT_UP) {
      behindSince = now;
    }
    long since = Math.max(lastTaken, behindSince);
    return since == 0 ? null : (Long) Math.max(0, now - since);
  }
}
