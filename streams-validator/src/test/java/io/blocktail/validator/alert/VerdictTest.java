package io.blocktail.validator.alert;

import static io.blocktail.validator.alert.Verdict.BEHIND;
import static io.blocktail.validator.alert.Verdict.DIVERGED;
import static io.blocktail.validator.alert.Verdict.EQUAL;
import static io.blocktail.validator.alert.Verdict.RESYNCING;
import static io.blocktail.validator.alert.Verdict.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.Position;
import io.blocktail.validator.compare.Observation.ReplicaSeen;
import io.blocktail.validator.compare.Observation.SourceSeen;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerdictTest {
  private static final long NOW = 1_000_000_000_000L;
  private static final long SECOND = 1_000_000;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Proof PROVED = new Proof(7, 4, 1, 9, "00", 0, 0);

  static Stream<Arguments> table() {
    ReplicaSeen well = status("following", true, 0, 0, 0, "v");
    return Stream.of(
        row("proved by the newest whole pass", EQUAL, well, 0, PROVED, 90),
        row("a little lag", EQUAL, status("following", true, 0, 9_000, 0, "v"), 0, PROVED, 90),
        row(
            "no UUID in its status",
            EQUAL,
            status("following", true, 0, 0, 0, null),
            0,
            PROVED,
            90),
        row("diverged since", DIVERGED, well, 1, PROVED, 90),
        row("diverged, and silent", DIVERGED, null, 1, PROVED, 90),
        row("diverged, halted", DIVERGED, status("halted", false, 0, 0, 0, "v"), 1, PROVED, 90),
        row("diverged, mending", RESYNCING, status("resyncing", false, 1, 0, 0, "v"), 1, null, 90),
        row(
            "diverged, gap long ago",
            DIVERGED,
            status("resyncing", false, 1, 0, 11, "v"),
            1,
            null,
            90),
        row("never heard of", UNKNOWN, null, 0, PROVED, 90),
        row(
            "not heard of lately",
            UNKNOWN,
            status("following", true, 0, 0, 11, "v"),
            0,
            PROVED,
            90),
        row("another volume", UNKNOWN, status("following", true, 0, 0, 0, "w"), 0, PROVED, 90),
        row("in a gap", RESYNCING, status("resyncing", false, 2, 0, 0, "v"), 0, PROVED, 90),
        row("undone chunks", RESYNCING, status("following", false, 2, 0, 0, "v"), 0, PROVED, 90),
        row("new", RESYNCING, status("initializing", false, 0, 0, 0, null), 0, null, 0),
        row("recovering", UNKNOWN, status("recovering", false, 0, 0, 0, "v"), 0, PROVED, 90),
        row("halted", UNKNOWN, status("halted", true, 0, 0, 0, "v"), 0, PROVED, 90),
        row("inconsistent", UNKNOWN, status("following", false, 0, 0, 0, "v"), 0, PROVED, 90),
        row("lag unknown", UNKNOWN, status("following", true, 0, null, 0, "v"), 0, PROVED, 90),
        row(
            "in a gap, lag unknown",
            RESYNCING,
            status("resyncing", false, 2, null, 0, "v"),
            0,
            PROVED,
            90),
        row("far behind", BEHIND, status("following", true, 0, 11_000, 0, "v"), 0, PROVED, 90),
        row("an older proof, answers missing", BEHIND, well, 0, older(), 80),
        row("an older proof, all answered", UNKNOWN, well, 0, older(), 90),
        row("no proof, all answered", UNKNOWN, well, 0, null, 90),
        row("a newer proof", EQUAL, well, 0, new Proof(8, 4, 1, 9, "00", 0, 0), 90),
        heard("the source was heard 30 s ago", EQUAL, NOW - 30 * SECOND, well, 0),
        heard("the source is silent", UNKNOWN, NOW - 31 * SECOND, well, 0),
        heard("the source's clock is far ahead", UNKNOWN, NOW + 31 * SECOND, well, 0),
        heard("the source never spoke", UNKNOWN, Long.MIN_VALUE, well, 0),
        heard("diverged, the source is silent", DIVERGED, NOW - 31 * SECOND, well, 1));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("table")
  void verdict(String when, Verdict expected, long sourceHeardAt, WatchedTarget target) {
    assertThat(Verdict.of(target, volume(sourceHeardAt), PATIENCE, NOW))
        .as(when)
        .isEqualTo(expected);
  }

  @org.junit.jupiter.api.Test
  void withoutAWholePassNothingIsKnown() {
    var target = target(status("following", true, 0, 0, 0, "v"), 0, PROVED, 90);
    var passes = new Passes(List.of(new Passes.Pass(7, 3, 0, Position.of(1, 90))));
    var volume =
        new WatchedVolume("v", 1, 4, Position.of(1, 90), 0, 0, null, NOW, passes, List.of());
    assertThat(Verdict.of(target, volume, PATIENCE, NOW)).isEqualTo(UNKNOWN);
    assertThat(Verdict.of(target, null, PATIENCE, NOW)).isEqualTo(UNKNOWN);
    assertThat(Verdict.of(target, WatchedVolume.of("v", 1), PATIENCE, NOW)).isEqualTo(UNKNOWN);
  }

  @org.junit.jupiter.api.Test
  void whatTheStreamDoesNotHaveNoTargetHas() {
    var target = target(status("following", true, 0, 0, 0, "v"), 0, PROVED, 90);
    var overflowed = volume(NOW).seen(new SourceSeen("v", 1, 95, 3, "overflow", NOW));
    assertThat(Verdict.of(target, overflowed, PATIENCE, NOW)).isEqualTo(BEHIND);
    var sent = overflowed.seen(new SourceSeen("v", 1, 99, 0, "serving", NOW));
    assertThat(Verdict.of(target, sent, PATIENCE, NOW)).isEqualTo(EQUAL);
  }

  @ParameterizedTest
  @ValueSource(strings = {"paused", "blocked", "overflow", "unscanned", "stopped"})
  void whatTheSourceMayKeepFromItsStreamNoTargetHas(String state) {
    var target = target(status("following", true, 0, 0, 0, "v"), 0, PROVED, 90);
    var held = volume(NOW).seen(new SourceSeen("v", 1, 95, 0, state, NOW));
    assertThat(Verdict.of(target, held, PATIENCE, NOW)).isEqualTo(BEHIND);
    var resumed = held.seen(new SourceSeen("v", 1, 95, 0, "serving", NOW));
    assertThat(Verdict.of(target, resumed, PATIENCE, NOW)).isEqualTo(EQUAL);
  }

  /// Pass 8 has begun, pass 7 is whole with its last marker at 90.
  private static WatchedVolume volume(long heardAt) {
    var passes =
        new Passes(
            List.of(
                new Passes.Pass(8, 1, 0, Position.of(1, 95)),
                new Passes.Pass(7, 4, 0, Position.of(1, 90))));
    return new WatchedVolume("v", 1, 4, Position.of(1, 95), 0, 0, null, heardAt, passes, List.of());
  }

  private static Proof older() {
    return new Proof(6, 4, 1, 9, "00", 0, 0);
  }

  private static Arguments row(
      String when,
      Verdict expected,
      @Nullable ReplicaSeen status,
      int diverged,
      @Nullable Proof proof,
      long answered) {
    return Arguments.of(when, expected, NOW, target(status, diverged, proof, answered));
  }

  private static Arguments heard(
      String when, Verdict expected, long sourceHeardAt, ReplicaSeen status, int diverged) {
    return Arguments.of(when, expected, sourceHeardAt, target(status, diverged, PROVED, 90));
  }

  private static WatchedTarget target(
      @Nullable ReplicaSeen status, int diverged, @Nullable Proof proof, long answered) {
    return new WatchedTarget(
        status,
        Position.of(1, answered),
        new Verification(0, 0, diverged, Passes.NONE, proof),
        WatchedTarget.OpenAlerts.NONE,
        null);
  }

  private static ReplicaSeen status(
      String state,
      boolean consistent,
      int undone,
      @Nullable Integer lagMillis,
      long secondsAgo,
      @Nullable String volume) {
    return new ReplicaSeen(
        "a",
        volume,
        null,
        state,
        null,
        consistent,
        1,
        100,
        undone,
        0L,
        lagMillis == null ? null : lagMillis.longValue(),
        NOW - secondsAgo * SECOND);
  }
}
