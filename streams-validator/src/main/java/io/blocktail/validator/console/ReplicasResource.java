package io.blocktail.validator.console;

import io.blocktail.event.Position;
import io.blocktail.validator.alert.Passes;
import io.blocktail.validator.alert.Proof;
import io.blocktail.validator.alert.Subject;
import io.blocktail.validator.alert.Verdict;
import io.blocktail.validator.alert.WatchedTarget;
import io.blocktail.validator.alert.WatchedVolume;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `GET /replicas`: what can be said of every target.
@Path("/replicas")
@Produces(MediaType.APPLICATION_JSON)
public class ReplicasResource {
  /// A target.
  ///
  /// @param volumeId the UUID of the volume that it is compared with; null when nothing was heard
  ///   of it
  /// @param lastVerifiedSequence the newest marker at which a chunk of it was found equal; 0 for
  ///   none
  /// @param divergedChunks found different and not equal since
  /// @param proof of the newest pass that is proved
  /// @param lastPass how far the volume's newest pass has come with this target
  public record Replica(
      String volume,
      @Nullable String volumeId,
      @Nullable String target,
      Verdict verdict,
      long lastVerifiedSequence,
      int divergedChunks,
      @Nullable ShownProof proof,
      @Nullable Progress lastPass) {

    static Replica of(
        Subject subject, WatchedTarget target, @Nullable WatchedVolume volume, Verdict verdict) {
      return new Replica(
          subject.volume(),
          volume == null ? null : volume.volumeId(),
          subject.target(),
          verdict,
          Position.sequence(target.verification().verified()),
          target.verification().diverged(),
          ShownProof.of(target.verification().proof()),
          Progress.of(target, volume));
    }
  }

  /// See [Proof].
  public record ShownProof(
      long pass,
      int chunks,
      long firstSequence,
      long lastSequence,
      String root,
      Instant startedAt,
      Instant finishedAt) {

    static @Nullable ShownProof of(@Nullable Proof proof) {
      return proof == null
          ? null
          : new ShownProof(
              proof.pass(),
              proof.chunks(),
              proof.firstSequence(),
              proof.lastSequence(),
              proof.root(),
              Times.instant(proof.startedAt()),
              Times.instant(proof.finishedAt()));
    }
  }

  /// How far a pass has come.
  ///
  /// @param equal chunks found equal in this pass
  /// @param of chunks of the volume
  public record Progress(long pass, int equal, int of) {
    static @Nullable Progress of(WatchedTarget target, @Nullable WatchedVolume volume) {
      Passes.Pass last = volume == null ? null : volume.passes().last();
      if (volume == null || last == null) {
        return null;
      }
      int equal = target.verification().passes().countOf(last.id());
      return new Progress(last.id(), equal, volume.chunks());
    }
  }

  private final Readings readings;

  public ReplicasResource(Readings readings) {
    this.readings = readings;
  }

  @GET
  @RunOnVirtualThread
  public List<Replica> all() {
    try {
      var volumes = readings.volumes();
      long now = Times.now();
      return readings.targets().entrySet().stream()
          .map(e -> replica(e.getKey(), e.getValue(), volumes.get(e.getKey().volume()), now))
          .sorted(Comparator.comparing(replica -> replica.volume() + "/" + replica.target()))
          .toList();
    } catch (NotReadyException e) {
      throw Problem.notReady(e);
    }
  }

  private Replica replica(
      Subject subject, WatchedTarget target, @Nullable WatchedVolume volume, long now) {
    Verdict verdict = Verdict.of(target, volume, readings.patience(), now);
    return Replica.of(subject, target, volume, verdict);
  }
}
