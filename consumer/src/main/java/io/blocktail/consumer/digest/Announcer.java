package io.blocktail.consumer.digest;

import io.blocktail.digest.Digest;
import io.blocktail.event.Messages;
import io.blocktail.event.Topics;
import io.blocktail.event.avro.ChunkDigest;
import io.blocktail.event.avro.ChunkRun;
import io.blocktail.event.avro.ReplicaStatus;
import io.blocktail.event.avro.ResyncRequest;
import io.blocktail.volume.TargetName;
import io.blocktail.volume.VolumeName;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.apache.kafka.clients.producer.ProducerRecord;

/// Puts what one target says into the words of the topics.
public final class Announcer implements DigestSink, ResyncAsker {
  private static final Messages<ChunkDigest> DIGESTS = new Messages<>(ChunkDigest.class);
  private static final Messages<ResyncRequest> REQUESTS = new Messages<>(ResyncRequest.class);
  private static final Messages<ReplicaStatus> STATUSES = new Messages<>(ReplicaStatus.class);

  private final VolumeName volume;
  private final TargetName target;
  private final Topics topics;
  private final Outbox outbox;
  private final InstantSource clock;

  public Announcer(
      VolumeName volume, TargetName target, Topics topics, Outbox outbox, InstantSource clock) {
    this.volume = volume;
    this.target = target;
    this.topics = topics;
    this.outbox = outbox;
    this.clock = clock;
  }

  private long now() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
  }

  @Override
  public void answer(DigestAnswer answer) {
    Digest digest = answer.digest();
    ChunkDigest message =
        ChunkDigest.newBuilder()
            .setVolume(volume.value())
            .setVolumeId(answer.volume().toString())
            .setEpoch(answer.epoch())
            .setChunk(answer.chunk())
            .setSequence(answer.sequence())
            .setTarget(target.value())
            .setReplica(answer.replica().toString())
            .setDigest(digest == null ? null : new io.blocktail.event.avro.Digest(digest.toBytes()))
            .setReason(answer.reason())
            .setAt(now())
            .build();
    outbox.offer(
        new ProducerRecord<>(
            topics.digests(), volume + "/" + answer.chunk(), DIGESTS.encode(message)));
  }

  @Override
  public void ask(ResyncAsk ask) {
    var message =
        ResyncRequest.newBuilder()
            .setId(ask.id())
            .setVolume(volume.value())
            .setVolumeId(ask.volume() == null ? null : ask.volume().toString())
            .setTarget(target.value())
            .setChunks(
                ask.chunks() == null
                    ? null
                    : ask.chunks().runs().stream()
                        .map(run -> new ChunkRun(run.first(), run.count()))
                        .toList())
            .setReason(ask.reason())
            .setAt(now())
            .build();
    outbox.insist(
        new ProducerRecord<>(topics.resyncRequests(), volume.value(), REQUESTS.encode(message)));
  }

  /// @param status all but who and when
  public void announce(ReplicaStatus status) {
    status.setVolume(volume.value());
    status.setTarget(target.value());
    status.setAt(now());
    outbox.offer(
        new ProducerRecord<>(topics.replicas(), volume + "/" + target, STATUSES.encode(status)));
  }
}
