package io.blocktail.deploy.command;

import io.blocktail.deploy.client.Answer;
import io.blocktail.deploy.client.Pass;
import io.blocktail.deploy.client.Replica;
import io.blocktail.deploy.client.ServiceClient;
import io.blocktail.deploy.client.Target;
import io.blocktail.deploy.plan.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One verification of a volume: a pass over all chunks, followed until every target is proved
/// equal by that very pass. Call [#look] again and again; not thread safe.
public final class Verification {
  /// How far one target is.
  ///
  /// @param target `VOLUME/NAME`
  /// @param proved every chunk was equal at a marker of this pass
  /// @param equal chunks found equal so far
  /// @param missing why it is not proved; null when it is
  public record TargetProgress(
      String target, boolean proved, long equal, @Nullable String missing) {}

  /// How far it is at one look.
  ///
  /// @param pass the pass that must prove it
  /// @param marked of `chunks`; both 0 while not known
  /// @param troubles services that do not answer, passes that had to be started again
  public record Look(
      String volume,
      long pass,
      long chunks,
      long marked,
      boolean proved,
      List<TargetProgress> targets,
      List<String> troubles) {}

  /// A producer that forgets every pass it is asked for is not asked for ever.
  private static final int MOST_PASSES = 10;

  private final ServiceClient client;
  private final String volume;
  private long pass;
  private int passes = 1;

  /// `VOLUME/NAME` of every target that the consumer has told of → whether this pass has proved it.
  /// A proof stays seen, though a later pass may take its place in what the validator shows.
  private final SortedMap<String, Boolean> targets = new TreeMap<>();

  private Verification(ServiceClient client, String volume, long pass) {
    this.client = client;
    this.volume = volume;
    this.pass = pass;
  }

  /// Starts a pass.
  ///
  /// @throws RefusedException when there is no such volume, no target of it, or a service does not
  ///   answer
  public static Verification start(ServiceClient client, String volume) {
    List<String> labels =
        Connection.value(client.targets()).stream()
            .filter(target -> target.volume().equals(volume))
            .map(Target::label)
            .toList();
    var volumes = Connection.value(client.volumes());
    if (volumes.stream().noneMatch(known -> known.name().equals(volume))) {
      throw new RefusedException(
          "there is no volume %s; there are: %s"
              .formatted(
                  volume, String.join(", ", volumes.stream().map(known -> known.name()).toList())));
    }
    if (labels.isEmpty()) {
      throw new RefusedException(
          "no target follows volume %s: there is nothing to verify".formatted(volume));
    }
    var verification =
        new Verification(client, volume, Connection.value(client.verify(volume)).pass());
    labels.forEach(label -> verification.targets.put(label, false));
    return verification;
  }

  public long pass() {
    return pass;
  }

  /// Asks once how far it is. A pass that the producer does not know any more (it was restarted) is
  /// started again.
  public Look look() {
    var troubles = new TreeSet<String>();
    var followed = given(client.targets(), troubles);
    var judged = given(client.replicas(), troubles);
    noteTargets(followed);
    noteProofs(judged);
    Pass progress = progress(troubles);
    var all = new ArrayList<TargetProgress>();
    for (Map.Entry<String, Boolean> target : targets.entrySet()) {
      all.add(progressOf(target.getKey(), target.getValue(), followed, judged));
    }
    // A target that was told of only now must be proved too, so silence is no proof.
    boolean proved =
        followed != null && all.stream().allMatch(TargetProgress::proved) && !all.isEmpty();
    return new Look(
        volume,
        pass,
        progress == null ? 0 : progress.chunks(),
        progress == null ? 0 : progress.marked(),
        proved,
        List.copyOf(all),
        List.copyOf(troubles));
  }

  private static <T> @Nullable T given(Answer<T> answer, TreeSet<String> troubles) {
    if (answer instanceof Answer.Given<T>(T value)) {
      return value;
    }
    troubles.add(answer.trouble());
    return null;
  }

  private void noteTargets(@Nullable List<Target> followed) {
    if (followed != null) {
      followed.stream()
          .filter(target -> target.volume().equals(volume))
          .forEach(target -> targets.putIfAbsent(target.label(), false));
    }
  }

  private void noteProofs(@Nullable List<Replica> judged) {
    if (judged != null) {
      for (Replica replica : judged) {
        Replica.Proof proof = replica.proof();
        if (proof != null && proof.pass() == pass) {
          targets.computeIfPresent(replica.label(), (_, _) -> true);
        }
      }
    }
  }

  private @Nullable Pass progress(TreeSet<String> troubles) {
    Answer<Pass> answer = client.pass(volume, pass);
    boolean gone =
        switch (answer) {
          case Answer.Given<Pass>(Pass known) -> known.isAbandoned();
          case Answer.Refused<Pass> refused -> refused.status() == 404;
          case Answer.Silent<Pass> _ -> false;
        };
    if (gone && targets.containsValue(false)) {
      troubles.add("pass %d ended with the producer that ran it".formatted(pass));
      if (passes < MOST_PASSES
          && client.verify(volume)
              instanceof Answer.Given<ServiceClient.StartedPass>(var started)) {
        pass = started.pass();
        passes++;
        targets.replaceAll((_, _) -> false);
      }
      return null;
    }
    return gone ? null : given(answer, troubles);
  }

  private TargetProgress progressOf(
      String label,
      boolean proved,
      @Nullable List<Target> followed,
      @Nullable List<Replica> judged) {
    Replica replica =
        judged == null
            ? null
            : judged.stream().filter(one -> one.label().equals(label)).findFirst().orElse(null);
    Replica.Progress last = replica == null ? null : replica.lastPass();
    long equal = last != null && last.pass() == pass ? last.equal() : 0;
    return new TargetProgress(
        label, proved, equal, proved ? null : missing(label, replica, last, followed));
  }

  private String missing(
      String label,
      @Nullable Replica replica,
      Replica.@Nullable Progress last,
      @Nullable List<Target> followed) {
    var words = new ArrayList<String>();
    if (replica == null) {
      words.add("the validator has no answer about it");
    } else if (last == null || last.pass() != pass) {
      words.add("no chunk proved by pass " + pass);
    } else {
      words.add(
          "%d of %s chunks proved".formatted(last.equal(), last.of() == null ? "?" : last.of()));
    }
    if (replica != null && replica.divergedChunks() > 0) {
      words.add("%d chunks diverged".formatted(replica.divergedChunks()));
    }
    words.add(
        followed == null
            ? "state unknown"
            : followed.stream()
                .filter(target -> target.label().equals(label))
                .findFirst()
                .map(Verification::state)
                .orElse("the consumer does not know it any more"));
    return String.join(", ", words);
  }

  private static String state(Target target) {
    String reason = target.reason();
    return reason == null || reason.isBlank()
        ? target.state()
        : target.state() + " (" + reason + ")";
  }

  /// Watches for progress: says when there has been none for too long.
  public static final class Patience {
    private final Duration longest;
    private List<Long> before = List.of();
    private long since;

    public Patience(Duration longest, long nanos) {
      this.longest = longest;
      this.since = nanos;
    }

    public boolean isOver(Look look, long nanos) {
      var now = new ArrayList<Long>(List.of(look.pass(), look.marked()));
      look.targets().forEach(target -> now.add(target.equal()));
      if (!now.equals(before)) {
        before = now;
        since = nanos;
      }
      return nanos - since > longest.toNanos();
    }
  }
}
