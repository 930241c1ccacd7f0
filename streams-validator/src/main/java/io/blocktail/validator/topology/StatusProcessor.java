package io.blocktail.validator.topology;

import io.blocktail.event.InvalidEventException;
import io.blocktail.event.Messages;
import io.blocktail.event.Position;
import io.blocktail.event.avro.ReplicaStatus;
import io.blocktail.event.avro.SourceStatus;
import io.blocktail.validator.compare.Observation;
import io.blocktail.validator.compare.Observation.ReplicaGone;
import io.blocktail.validator.compare.Observation.ReplicaSeen;
import io.blocktail.validator.compare.Observation.SourceSeen;
import io.blocktail.volume.TargetName;
import io.blocktail.volume.VolumeName;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Takes the statuses of sources and replicas. Runs on the stream thread.
final class StatusProcessor extends Intake {
  /// Decodes one kind of status.
  @FunctionalInterface
  interface Decoder {
    void take(String key, byte @Nullable [] value, BiConsumer<String, Observation> out)
        throws InvalidEventException;
  }

  private final Decoder decoder;

  private StatusProcessor(Tally tally, Decoder decoder) {
    super(tally);
    this.decoder = decoder;
  }

  static StatusProcessor ofReplicas(Tally tally) {
    var messages = new Messages<>(ReplicaStatus.class);
    return new StatusProcessor(tally, (key, value, out) -> replica(messages, key, value, out));
  }

  static StatusProcessor ofSources(Tally tally) {
    var messages = new Messages<>(SourceStatus.class);
    return new StatusProcessor(tally, (key, value, out) -> source(messages, key, value, out));
  }

  @Override
  void take(@Nullable String key, byte @Nullable [] value, BiConsumer<String, Observation> out)
      throws InvalidEventException {
    if (key == null) {
      throw new InvalidEventException("a status without a key");
    }
    decoder.take(key, value, out);
  }

  private static void replica(
      Messages<ReplicaStatus> messages,
      String key,
      byte @Nullable [] value,
      BiConsumer<String, Observation> out)
      throws InvalidEventException {
    int slash = key.indexOf('/');
    String volume = slash < 0 ? "" : key.substring(0, slash);
    String target = key.substring(slash + 1);
    checkNames(volume, target);
    if (value == null) {
      out.accept(volume, new ReplicaGone(target));
      return;
    }
    ReplicaStatus status = messages.decode(value);
    if (!status.getVolume().equals(volume) || !status.getTarget().equals(target)) {
      throw new InvalidEventException(
          "status of %s/%s under another's key".formatted(status.getVolume(), status.getTarget()));
    }
    checkPlace(status.getEpoch(), status.getWatermark());
    out.accept(
        volume,
        new ReplicaSeen(
            target,
            status.getVolumeId(),
            status.getReplica(),
            status.getState(),
            status.getReason(),
            status.getConsistent(),
            status.getEpoch(),
            status.getWatermark(),
            status.getUndoneChunks(),
            status.getLagChanges(),
            status.getLagMillis(),
            status.getAt()));
  }

  private static void source(
      Messages<SourceStatus> messages,
      String key,
      byte @Nullable [] value,
      BiConsumer<String, Observation> out)
      throws InvalidEventException {
    checkNames(key, null);
    if (value == null) {
      return; // A source that is no more: its targets' proofs stay what they were.
    }
    SourceStatus status = messages.decode(value);
    if (!status.getVolume().equals(key)) {
      throw new InvalidEventException(
          "status of %s under another's key".formatted(status.getVolume()));
    }
    checkPlace(status.getEpoch(), status.getPublished());
    out.accept(
        key,
        new SourceSeen(
            status.getVolumeId(),
            status.getEpoch(),
            status.getPublished(),
            status.getDirtyChunks(),
            status.getState(),
            status.getAt()));
  }

  private static void checkNames(String volume, @Nullable String target)
      throws InvalidEventException {
    try {
      var _ = new VolumeName(volume);
      if (target != null) {
        var _ = new TargetName(target);
      }
    } catch (IllegalArgumentException e) {
      throw new InvalidEventException("a status of nobody: " + e.getMessage(), e);
    }
  }

  private static void checkPlace(int epoch, long sequence) throws InvalidEventException {
    if (epoch < 0
        || epoch > Position.MAX_EPOCH
        || sequence < 0
        || sequence > Position.MAX_SEQUENCE) {
      throw new InvalidEventException(
          "no such place in a history: epoch %d, sequence %d".formatted(epoch, sequence));
    }
  }
}
