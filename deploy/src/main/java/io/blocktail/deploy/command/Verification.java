package io.blocktail.deploy.command;

import io.blocktail.deploy.client.Answer;
import io.blocktail.deploy.client.Pass;
import io.blocktail.deploy.client.Replica;
import io.blocktail.deploy.client.ServiceClient;
import io.blocktail.deploy.client.Target;
import io.blocktail.deploy.client.Volume;
import io.blocktail.deploy.plan.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One verification of a volume: a pass over all chunks, followed until every target is proved
/// equal by a pass that began after this one was asked for. A chunk that had no digest at its
/// marker, since it was being healed or the target recovered, is not marked again for the pass:
/// when all is well again and the pass has left a target unproved, a further one is started. Call
/// [#look] again and again; not thread safe.
public final class Verification {
  /// How far one target is.
  ///
  /// @param target `VOLUME/NAME`
  /// @param proved every chunk was equal at a marker of a pass that counts, and none is different
  ///   now
  /// @param provedBy that pass; null when there is none
  /// @param equal chunks found equal so far by the pass that runs
  /// @param missing why it is not proved; null when it is
  public record TargetProgress(
      String target,
      boolean proved,
      @Nullable Long provedBy,
      long equal,
      @Nullable String missing) {}

  /// How far it is at one look.
  ///
  /// @param pass the newest pass that was started
  /// @param marked of `chunks`; both 0 while not known
  /// @param proved every target is, and nobody accuses the source
  /// @param troubles services that do not answer, passes that had to be started again, alerts that
  ///   accuse the source
  /// @param hopeless why looking again is no use; null while it may be
  public record Look(
      String volume,
      long pass,
      long chunks,
      long marked,
      boolean proved,
      List<TargetProgress> targets,
      List<String> troubles,
      @Nullable String hopeless) {}

  /// Passes are not started for ever, neither for a producer that forgets each nor for a target
  /// that is never well for the whole of one.
  private static final int MOST_PASSES = 10;

  /// How long nothing must change before what a finished pass has left unproved stays so: answers
  /// and verdicts come later than markers.
  static final Duration SETTLING = Duration.ofSeconds(3);

  private final ServiceClient client;
  private final String volume;
  private final Patience settling;

  /// UUID of the volume that is verified: what is proved of another one of its name does not count.
  private @Nullable String uuid;

  private long pass;

  /// The first pass whose proof counts. Passes are numbered in the order in which they begin.
  private long first;

  private int passes = 1;

  /// `VOLUME/NAME` of every target that the consumer or the validator has told of: another consumer
  /// on the same Kafka may keep some of them.
  private final SortedSet<String> targets = new TreeSet<>();

  private Verification(
      ServiceClient client, String volume, @Nullable String uuid, long pass, Duration settling) {
    this.client = client;
    this.volume = volume;
    this.uuid = uuid;
    this.pass = pass;
    this.first = pass;
    this.settling = new Patience(settling, System.nanoTime());
  }

  /// Starts a pass.
  ///
  /// @throws RefusedException when there is no such volume, no target of it, or a service does not
  ///   answer
  public static Verification start(ServiceClient client, String volume) {
    return start(client, volume, SETTLING);
  }

  static Verification start(ServiceClient client, String volume, Duration settling) {
    var labels = new TreeSet<String>();
    note(labels, volume, Connection.value(client.targets()), Target::volume, Target::label);
    if (client.replicas() instanceof Answer.Given<List<Replica>>(var replicas)) {
      note(labels, volume, replicas, Replica::volume, Replica::label);
    }
    List<Volume> volumes = Connection.value(client.volumes());
    Volume known =
        volumes.stream()
            .filter(one -> one.name().equals(volume))
            .findFirst()
            .orElseThrow(() ->
                new RefusedException(
                    "there is no volume %s; there are: %s"
                        .formatted(
                            volume,
                            String.join(", ", volumes.stream().map(Volume::name).toList()))));
    if (labels.isEmpty()) {
      throw new RefusedException(
          "no target follows volume %s: there is nothing to verify".formatted(volume));
    }
    long pass = Connection.value(client.verify(volume)).pass();
    var verification = new Verification(client, volume, known.uuid(), pass, settling);
    verification.targets.addAll(labels);
    return verification;
  }

  public long pass() {
    return pass;
  }

  /// Asks once how far it is, and starts a further pass when this one has come to its end without
  /// proving what could be proved.
  public Look look() {
    var troubles = new ArrayList<String>();
    Said said = Said.by(client, troubles);
    note(targets, volume, said.targets(), Target::volume, Target::label);
    note(targets, volume, said.replicas(), Replica::volume, Replica::label);
    Pass progress = progress(troubles);
    List<TargetProgress> all = targets.stream().map(target -> progressOf(target, said)).toList();
    List<String> accusations = said.accusations(volume);
    troubles.addAll(accusations);
    boolean proved =
        said.isWhole() && accusations.isEmpty() && all.stream().allMatch(TargetProgress::proved);
    long marked = progress == null ? 0 : progress.marked();
    boolean settled = settling.isOver(pass, marked, all, System.nanoTime());
    String hopeless = null;
    if (!proved && progress != null && progress.isAbandoned()) {
      hopeless = "pass %d was abandoned: %s".formatted(pass, progress.reason());
    } else if (!proved && settled && progress != null && progress.isFinished()) {
      hopeless = goOn(all, said, troubles);
    }
    return new Look(
        volume,
        pass,
        progress == null ? 0 : progress.chunks(),
        marked,
        proved,
        all,
        troubles.stream().distinct().toList(),
        hopeless);
  }

  private static <T> void note(
      Set<String> labels,
      String volume,
      @Nullable List<T> told,
      Function<T, String> volumeOf,
      Function<T, String> labelOf) {
    if (told != null) {
      told.stream()
          .filter(one -> volumeOf.apply(one).equals(volume))
          .map(labelOf)
          .forEach(labels::add);
    }
  }

  /// Asks for the pass. One that the producer does not know any more (it was restarted) is started
  /// again; the volume may be another one now.
  private @Nullable Pass progress(List<String> troubles) {
    Answer<Pass> answer = client.pass(volume, pass);
    if (!(answer instanceof Answer.Refused<Pass> refused && refused.status() == 404)) {
      return Said.given(answer, troubles);
    }
    troubles.add("pass %d ended with the producer that ran it".formatted(pass));
    if (passes < MOST_PASSES
        && client.volumes() instanceof Answer.Given<List<Volume>>(var volumes)
        && startAgain()) {
      uuid =
          volumes.stream()
              .filter(known -> known.name().equals(volume))
              .findFirst()
              .map(Volume::uuid)
              .orElse(null);
      first = pass;
    }
    return null;
  }

  private boolean startAgain() {
    if (client.verify(volume) instanceof Answer.Given<ServiceClient.StartedPass>(var started)) {
      pass = started.pass();
      passes++;
      return true;
    }
    return false;
  }

  /// The pass is finished, and what it has not proved it will not prove.
  ///
  /// @return why looking again is no use; null when it may be
  private @Nullable String goOn(List<TargetProgress> all, Said said, List<String> troubles) {
    if (!said.accusations(volume).isEmpty()) {
      return "the source itself is accused: " + Said.SOURCE_ROT;
    }
    List<String> left =
        all.stream()
            .filter(target -> !target.proved() && said.isWell(target.target(), pass))
            .map(TargetProgress::target)
            .toList();
    if (left.isEmpty()) {
      return null; // what is not well is healed, or gets nowhere
    }
    String names = String.join(", ", left);
    if (passes >= MOST_PASSES) {
      return "%d passes have left %s unproved".formatted(passes, names);
    }
    long former = pass;
    if (startAgain()) {
      troubles.add("pass %d has left %s unproved; pass %d follows".formatted(former, names, pass));
    }
    return null;
  }

  private TargetProgress progressOf(String label, Said said) {
    Replica replica = said.replica(label);
    Replica.Progress last = replica == null ? null : replica.lastPass();
    long equal = last != null && last.pass() == pass ? last.equal() : 0;
    Replica.Proof proof = replica == null ? null : replica.proof();
    boolean counts =
        proof != null
            && replica != null
            && proof.pass() >= first
            && uuid != null
            && uuid.equals(replica.volumeId());
    boolean proved = counts && replica != null && replica.divergedChunks() == 0;
    return new TargetProgress(
        label,
        proved,
        counts && proof != null ? proof.pass() : null,
        equal,
        proved ? null : missing(label, replica, last, said));
  }

  private String missing(
      String label, @Nullable Replica replica, Replica.@Nullable Progress last, Said said) {
    var words = new ArrayList<String>();
    if (replica == null) {
      words.add("the validator has no answer about it");
    } else if (last == null || last.pass() != pass) {
      words.add("no chunk proved by pass " + pass);
    } else {
      words.add(
          "%d of %s chunks proved".formatted(last.equal(), last.of() == null ? "?" : last.of()));
    }
    if (replica != null && uuid != null && !uuid.equals(replica.volumeId())) {
      words.add("the validator knows another volume of this name");
    }
    if (replica != null && replica.divergedChunks() > 0) {
      words.add("%d chunks diverged".formatted(replica.divergedChunks()));
    }
    words.add(said.state(label));
    return String.join(", ", words);
  }
}
