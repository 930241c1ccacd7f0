package io.blocktail.validator.alert;

import io.blocktail.digest.Digest;
import io.blocktail.validator.compare.Observation;
import io.blocktail.validator.compare.Observation.Compared;
import io.blocktail.validator.compare.Observation.Marked;
import io.blocktail.validator.compare.Observation.ReplicaGone;
import io.blocktail.validator.compare.Observation.ReplicaSeen;
import io.blocktail.validator.compare.Observation.SourceSeen;
import io.blocktail.validator.compare.Outcome.Diverged;
import io.blocktail.validator.compare.Outcome.Equal;
import io.blocktail.validator.compare.Outcome.NoAnswer;
import io.blocktail.validator.compare.Point;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The watch over the volumes of one partition: takes observations one after the other, decides,
/// and sends alerts and requests. Repeated and late observations change nothing. All calls come
/// from one thread; what is in memory is made of the stores again by making a new watch.
public final class Watch {
  /// What an operator decides.
  ///
  /// @param heal whether to ask the source to send diverged chunks again
  /// @param answerTimeout how long a target may stand still before it is called silent, and how
  ///   long a request may take before it is repeated
  /// @param closedAlerts how many closed alerts are kept
  public record Settings(boolean heal, Duration answerTimeout, int closedAlerts) {}

  private final Stores stores;
  private final LongSupplier clock;
  private final AlertBook alerts;
  private final Chunks chunks;
  private final Troubles troubles;
  private final Requests requests;
  private final SourceRot sourceRot;
  private final Witnesses witnesses;
  private final Claims claims;
  private final Admission admission;
  private final Silence silence;

  /// @param clock ms, this machine's; for timeouts alone
  public Watch(Stores stores, Settings settings, Outbox outbox, LongSupplier clock) {
    this.stores = stores;
    this.clock = clock;
    this.alerts = new AlertBook(stores, outbox, settings.closedAlerts());
    this.chunks = new Chunks(stores.chunks());
    this.troubles = new Troubles(stores.troubles(), alerts);
    this.requests =
        new Requests(stores.troubles(), outbox, settings.heal(), settings.answerTimeout(), clock);
    this.sourceRot = new SourceRot(chunks, troubles);
    this.witnesses = new Witnesses(stores, chunks, settings.answerTimeout(), clock);
    this.claims = new Claims(alerts, settings.answerTimeout(), clock);
    this.admission = new Admission(stores, witnesses, claims, this::forget);
    this.silence = new Silence(alerts, settings.answerTimeout());
  }

  public void observe(String volume, Observation observation) {
    switch (observation) {
      case Marked marked -> marked(volume, marked);
      case Compared compared -> compared(volume, compared);
      case ReplicaSeen status -> replica(new Subject(volume, status.target()), status);
      case ReplicaGone gone -> forget(new Subject(volume, gone.target()), "the target was removed");
      case SourceSeen status -> source(volume, status);
    }
  }

  private void marked(String name, Marked marked) {
    Point point = marked.point();
    WatchedVolume volume = admission.volume(name, marked);
    if (volume == null) {
      return;
    }
    var source = new Subject(name, null);
    witnesses.heard(source);
    boolean isSound = marked.digest() != null;
    var judged =
        chunks.judge(source, marked.chunk(), point, isSound, marked.digest(), marked.pass());
    if (judged.isNewest()) {
      sourceRot.marked(source, marked);
    }
    Passes passes = judged.count(volume.passes(), marked.pass(), marked.at(), point.position());
    stores
        .volumes()
        .put(
            name,
            volume.marked(point.epoch(), marked.chunks(), point.position(), marked.at(), passes));
  }

  private void compared(String name, Compared compared) {
    Point point = compared.point();
    WatchedVolume volume = admission.volume(name, compared);
    if (volume == null) {
      return;
    }
    var subject = new Subject(name, compared.target());
    WatchedTarget known =
        admission.target(subject, volume.volumeId(), compared.replica(), compared.at());
    if (known == null) {
      return;
    }
    witnesses.heard(subject);
    Verification verification =
        switch (compared.outcome()) {
          case Equal(var digest) -> equal(subject, known.verification(), compared, digest);
          case Diverged found -> diverged(subject, known.verification(), compared, found);
          case NoAnswer(_) -> {
            requests.postpone(subject, compared.chunk());
            yield known.verification();
          }
        };
    stores.targets().put(subject.key(), known.answered(point.position()).with(verification));
    requests.release(
        name,
        compared.chunk(),
        (held, trouble) -> witnesses.haveAnswered(held, trouble, compared, volume.volumeId()));
  }

  private Verification equal(
      Subject subject, Verification known, Compared compared, Digest digest) {
    Point point = compared.point();
    var judged = chunks.judge(subject, compared.chunk(), point, true, digest, compared.pass());
    boolean isHealed =
        judged.isNewest() && troubles.healed(subject, compared.chunk(), point, compared.at());
    if (isHealed) {
      sourceRot.settle(new Subject(subject.volume(), null), compared.chunk(), compared.at());
    }
    Verification after = known.diverged(isHealed ? -1 : 0).equal(point.position(), compared.at());
    return count(subject, after, compared, judged);
  }

  private Verification diverged(
      Subject subject, Verification known, Compared compared, Diverged found) {
    Point point = compared.point();
    var judged =
        chunks.judge(subject, compared.chunk(), point, false, found.source(), compared.pass());
    var trouble =
        Trouble.found(point, found.source(), found.target(), compared.pass(), compared.at());
    boolean isNew = judged.isNewest() && troubles.found(subject, compared.chunk(), point, trouble);
    if (isNew) {
      requests.hold(subject, compared.chunk());
    }
    sourceRot.diverged(new Subject(subject.volume(), null), compared, found);
    return count(subject, known.diverged(isNew ? 1 : 0), compared, judged);
  }

  /// Counts the chunk for its pass, and proves the pass when it was the last one missing.
  private Verification count(
      Subject subject, Verification known, Compared compared, Chunks.Judgement judged) {
    Passes passes =
        judged.count(
            known.passes(), compared.pass(), compared.markedAt(), compared.point().position());
    Verification after = known.counted(passes);
    Passes.Pass pass = passes.find(compared.pass());
    if (!judged.gained() || pass == null || pass.count() < compared.chunks()) {
      return after;
    }
    Proof before = known.proof();
    if (before != null && before.pass() > pass.id()) {
      return after;
    }
    Proof proof = chunks.prove(subject, pass, compared.chunks(), pass.startedAt(), compared.at());
    return proof == null ? after : after.proved(proof);
  }

  private void replica(Subject subject, ReplicaSeen status) {
    WatchedTarget known =
        admission.target(subject, status.volumeId(), status.replica(), status.at());
    if (known == null) {
      return;
    }
    witnesses.heard(subject);
    WatchedTarget target = known.seen(status);
    if (target.isAnotherCopy()) {
      chunks.forget(subject);
      target = target.with(target.verification().unproved());
    }
    stores.targets().put(subject.key(), silence.halted(subject, target, status));
  }

  private void source(String name, SourceSeen status) {
    WatchedVolume volume = admission.volume(name, status);
    if (volume != null) {
      witnesses.heard(new Subject(name, null));
      stores.volumes().put(name, volume.seen(status));
    }
  }

  private void forget(Subject subject, String why) {
    alerts.closeAll(subject, clock.getAsLong() * 1000, why);
    chunks.forget(subject);
    troubles.forget(subject);
    requests.forget(subject);
    silence.forget(subject);
    witnesses.forget(subject);
    claims.forget(subject);
    stores.targets().delete(subject.key());
    if (subject.target() != null) {
      sourceRot.settleAll(new Subject(subject.volume(), null), clock.getAsLong() * 1000);
    }
  }

  /// Whether there is something to flush.
  public boolean isPending() {
    return alerts.hasChanged() || troubles.hasFresh() || !requests.isEmpty();
  }

  /// Sends the alerts and requests that have gathered.
  public void flush() {
    troubles.alert(name -> {
      @Nullable WatchedVolume volume = stores.volumes().get(name);
      return volume == null ? "" : volume.volumeId();
    });
    requests.send(stores.volumes());
    for (AlertEntry alert : alerts.changed()) {
      if (alert.chunks().isEmpty()) {
        alerts.publish(alert);
      } else {
        troubles.settle(alert);
      }
    }
  }

  /// Looks for what has not happened in time. To be called once a second.
  ///
  /// @param isRound whether to look for requests to repeat too
  public void tick(boolean isRound) {
    long now = clock.getAsLong();
    claims.tick(now);
    for (var entry : Stores.copy(stores.targets())) {
      tick(Subject.ofKey(entry.key), entry.value, now, isRound);
    }
  }

  private void tick(Subject subject, WatchedTarget target, long now, boolean isRound) {
    @Nullable WatchedVolume volume = stores.volumes().get(subject.volume());
    if (volume == null) {
      return;
    }
    WatchedTarget after = silence.tick(subject, target, volume, now);
    if (!after.equals(target)) {
      stores.targets().put(subject.key(), after);
    }
    if (isRound && after.verification().diverged() > 0) {
      requests.repeat(subject, Verdict.isInGap(after, now * 1000));
    }
  }
}
