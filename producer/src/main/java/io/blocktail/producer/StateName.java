package io.blocktail.producer;

import io.blocktail.producer.capture.SourceState;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// A volume's state as it is told to the outside.
///
/// @param name serving, unscanned, paused, blocked, overflow or stopped; unscanned says that
///   somebody else writes it and the last scan of it failed; paused says that all is served, and
///   nothing published since somebody wants it so
/// @param reason where the name alone does not say enough
record StateName(String name, @Nullable String reason) {
  static final String STOPPED = "stopped";
  static final String PAUSED = "paused";

  static StateName of(RunningVolume volume) {
    String trouble = volume.trouble();
    Instant pausedSince = volume.volume().pause().since();
    String paused =
        pausedSince == null
            ? null
            : "publishing is paused since %s, until it is resumed"
                .formatted(pausedSince.truncatedTo(ChronoUnit.SECONDS));
    return switch (volume.volume().state()) {
      case SourceState.Serving() ->
          paused == null
              ? new StateName(isSeen(volume) ? "serving" : "unscanned", trouble)
              : new StateName(PAUSED, said(paused, trouble));
      case SourceState.Blocked() ->
          new StateName(
              "blocked",
              said(
                  "the journal is full: writers wait until Kafka has taken some of it",
                  paused,
                  trouble));
      case SourceState.Overflow() ->
          new StateName(
              "overflow",
              said(
                  "the journal is full: changes go past it, and what they touch is sent when Kafka has"
                      + " taken some of it",
                  paused,
                  trouble));
      case SourceState.Stopped(String reason) -> new StateName(STOPPED, reason);
    };
  }

  private static boolean isSeen(RunningVolume volume) {
    return volume.scanner() == null || !volume.scanner().isFailing();
  }

  private static String said(String first, @Nullable String... more) {
    var words = new StringBuilder(first);
    for (String one : more) {
      if (one != null) {
        words.append(" (").append(one).append(')');
      }
    }
    return words.toString();
  }
}
