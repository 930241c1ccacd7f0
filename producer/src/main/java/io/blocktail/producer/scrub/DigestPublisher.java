package io.blocktail.producer.scrub;

import io.blocktail.digest.Digest;
import io.blocktail.event.Messages;
import io.blocktail.event.avro.ChunkDigest;
import io.blocktail.event.avro.NoDigest;
import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.producer.publish.MessageTopic;
import io.blocktail.producer.publish.Trouble;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Tells the source's digests, each as soon as Kafka has acknowledged its marker, and again until
/// Kafka has acknowledged the digest too. What waits here is lost with the process: then a target's
/// answer has nothing to be compared with, and the pass has not marked that chunk.
///
/// Steppable; all calls come from one thread at a time.
public final class DigestPublisher {
  /// How many markers may wait for their answer.
  static final int LIMIT = 512;

  private static final Duration RETRY = Duration.ofSeconds(1);

  /// How long one step goes on sending: to send can take long when Kafka does not know the topic.
  private static final Duration STEP = Duration.ofMillis(50);

  /// A marker that was appended, and what is to be said about it.
  ///
  /// @param digest null when the chunk has rotted
  /// @param at µs since 1970
  public record Pending(
      long sequence, int chunk, @Nullable Digest digest, long lastChange, long pass, long at) {}

  private record Told(Pending pending, @Nullable String failure) {}

  private final SourceVolume volume;
  private final MessageTopic topic;
  private final Passes passes;
  private final LongSupplier nanos;
  private final Trouble trouble;
  private final Messages<ChunkDigest> messages = new Messages<>(ChunkDigest.class);
  private final ArrayDeque<Pending> waiting = new ArrayDeque<>();
  private final Queue<Told> told = new ConcurrentLinkedQueue<>();
  private int sent;
  private long notBefore;

  public DigestPublisher(
      SourceVolume volume, MessageTopic topic, Passes passes, LongSupplier nanos) {
    this.volume = volume;
    this.topic = topic;
    this.passes = passes;
    this.nanos = nanos;
    this.notBefore = nanos.getAsLong();
    this.trouble = new Trouble("volume %s: digests".formatted(volume.name()), notBefore);
  }

  /// Why digests cannot be told now; null when nothing is known to be in the way. From any thread.
  public @Nullable String trouble() {
    return trouble.reason();
  }

  public boolean isFull() {
    return waiting.size() + sent >= LIMIT;
  }

  public boolean isEmpty() {
    return waiting.isEmpty() && sent == 0;
  }

  public void add(Pending pending) {
    waiting.addLast(pending);
  }

  /// Takes what Kafka has said, and sends what may be sent.
  ///
  /// @return whether there was anything
  public boolean step() {
    boolean worked = settle();
    long now = nanos.getAsLong();
    trouble.noticeSilence(sent > 0, now);
    if (now - notBefore < 0) {
      return worked;
    }
    long published = volume.published().map(position -> position.sequence()).orElse(0L);
    while (!waiting.isEmpty()
        && waiting.getFirst().sequence() <= published
        && nanos.getAsLong() - now <= STEP.toNanos()) {
      Pending pending = waiting.removeFirst();
      sent++;
      topic.send(
          volume.name() + "/" + pending.chunk(),
          messages.encode(message(pending)),
          failure -> told.add(new Told(pending, failure)));
      worked = true;
    }
    return worked;
  }

  private boolean settle() {
    boolean worked = false;
    for (Told answer = told.poll(); answer != null; answer = told.poll()) {
      worked = true;
      sent--;
      String failure = answer.failure();
      if (failure == null) {
        passes.marked(answer.pending().pass(), answer.pending().chunk());
        trouble.isOver(nanos.getAsLong());
      } else {
        waiting.addFirst(answer.pending());
        trouble.begins(failure);
        notBefore = nanos.getAsLong() + RETRY.toNanos();
      }
    }
    return worked;
  }

  private ChunkDigest message(Pending pending) {
    Digest digest = pending.digest();
    return ChunkDigest.newBuilder()
        .setVolume(volume.name().value())
        .setVolumeId(volume.ownership().volume().toString())
        .setEpoch(volume.epoch())
        .setChunk(pending.chunk())
        .setSequence(pending.sequence())
        .setTarget(null)
        .setDigest(digest == null ? null : new io.blocktail.event.avro.Digest(digest.toBytes()))
        .setReason(digest == null ? NoDigest.ROTTED : null)
        .setLastChange(pending.lastChange())
        .setPass(pending.pass())
        .setChunks(volume.ownership().geometry().chunks())
        .setAt(pending.at())
        .build();
  }
}
