package io.blocktail.consumer.target;

import io.blocktail.consumer.apply.Applier;
import io.blocktail.consumer.apply.Identity;
import io.blocktail.consumer.apply.Want;
import io.blocktail.consumer.digest.ResyncAsk;
import io.blocktail.consumer.digest.ResyncAsker;
import io.blocktail.volume.ChunkSet;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// When a target asks the source: at once for what nobody is going to send unasked, and again, ever
/// more patiently, while nothing comes although the target has read all that was there when it
/// asked. For the target's thread.
final class Asking {
  private static final int MOST_PATIENCE = 16;

  /// More would not surely fit into one record of Kafka's default limit.
  private static final int MOST_RUNS = 50_000;

  private final ResyncAsker asker;
  private final Duration patience;
  private Duration pause;
  private Want last = new Want.Nothing();
  private long seen = -1;
  private Instant since = Instant.MIN;

  /// Offset of the stream's end when something last came or was asked for: what comes next is not
  /// overdue before the target has read that far.
  private long horizon;

  Asking(ResyncAsker asker, Duration patience) {
    this.asker = asker;
    this.patience = patience;
    this.pause = patience;
  }

  /// @param end offset behind the stream's last record, as far as is known
  void observe(Applier applier, long end, Instant now) {
    Want want = applier.want();
    boolean moved = applier.gapEvents() != seen;
    if (moved) {
      seen = applier.gapEvents();
      since = now;
      horizon = Math.max(end, applier.next().offset());
    }
    if (want instanceof Want.Patience && last instanceof Want.WholeVolume) {
      last = want; // its gap has come: if the target halts again in it, that is news
    }
    if (want instanceof Want.Nothing) {
      last = want;
      pause = patience;
    } else if (isNews(want)) {
      ask(applier, want, end, now);
      pause = patience;
    } else if (!moved && applier.next().offset() >= horizon && !now.isBefore(since.plus(pause))) {
      ask(applier, want, end, now);
      Duration longer = pause.multipliedBy(2);
      Duration longest = patience.multipliedBy(MOST_PATIENCE);
      pause = longer.compareTo(longest) < 0 ? longer : longest;
    }
  }

  /// Patience is no news: its events are on their way. Nor are chunks that were asked for already.
  private boolean isNews(Want want) {
    return switch (want) {
      case Want.Nothing _, Want.Patience _ -> false;
      case Want.WholeVolume _ -> !(last instanceof Want.WholeVolume);
      case Want.Landmark _ -> !want.equals(last);
      case Want.Chunks(ChunkSet chunks) ->
          !(last instanceof Want.Chunks(ChunkSet asked) && chunks.minus(asked).isEmpty());
    };
  }

  private void ask(Applier applier, Want want, long end, Instant now) {
    last = want;
    since = now;
    horizon = Math.max(end, applier.next().offset());
    String id = want instanceof Want.Landmark(String named) ? named : UUID.randomUUID().toString();
    Identity known = applier.identity();
    UUID volume = known == null ? null : known.volume();
    asker.ask(new ResyncAsk(id, volume, wanted(applier, want), reason(want)));
  }

  /// Null for the whole volume: also when the chunks are too scattered for one message.
  private static @Nullable ChunkSet wanted(Applier applier, Want want) {
    ChunkSet chunks =
        switch (want) {
          case Want.WholeVolume _ -> null;
          case Want.Landmark _ -> ChunkSet.EMPTY;
          case Want.Chunks(ChunkSet left) -> left;
          case Want.Patience _, Want.Nothing _ -> applier.undone();
        };
    return chunks == null || chunks.runs().size() > MOST_RUNS ? null : chunks;
  }

  private static String reason(Want want) {
    return switch (want) {
      case Want.WholeVolume(String reason) -> reason;
      case Want.Landmark _ ->
          "it stopped uncleanly and the stream's leader was elected anew since: how far is the history?";
      case Want.Chunks _ -> "these chunks were left over when their gap ended";
      case Want.Patience _, Want.Nothing _ -> "their gap brings nothing";
    };
  }
}
