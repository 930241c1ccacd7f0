package io.blocktail.consumer.apply;

import io.blocktail.consumer.digest.DigestAnswer;
import io.blocktail.consumer.digest.DigestSink;
import io.blocktail.digest.Digest;
import io.blocktail.event.Body;
import io.blocktail.event.Event;
import io.blocktail.event.Plausible;
import io.blocktail.event.avro.NoDigest;
import io.blocktail.volume.Geometry;
import io.blocktail.volume.TargetName;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// What an event that counts does to a replica. For the applier's thread.
final class Replay {
  private final Replica replica;
  private final Undone undone;
  private final TargetName self;
  private final DigestSink digests;
  private long events;

  Replay(Replica replica, Undone undone, TargetName self, DigestSink digests) {
    this.replica = replica;
    this.undone = undone;
    this.self = self;
    this.digests = digests;
  }

  Replica replica() {
    return replica;
  }

  Undone undone() {
    return undone;
  }

  /// How many events have opened, fed or ended a gap that concerns this target.
  long events() {
    return events;
  }

  /// @param recovering whether the replica may be ahead of the event
  /// @return the bytes that were written or zeroed
  long act(Event event, boolean recovering) throws IOException {
    switch (event.body()) {
      case Body.Epoch epoch -> open(event, epoch.open());
      case Body.Gap gap when concerns(gap.target()) -> open(event, gap.chunks());
      case Body.Whole whole when concerns(whole.target()) -> {
        undone.end(whole.gap());
        events++;
      }
      case Body.Base base when concerns(base.target()) -> {
        return base(event, base);
      }
      case Body.Base _, Body.Gap _, Body.Whole _, Body.Bookmark _, Body.Grow _ -> {}
      case Body.Content change -> {
        return replica.apply(change, event.position());
      }
      case Body.Marker marker -> mark(event, marker, recovering);
    }
    return 0;
  }

  private boolean concerns(@Nullable TargetName target) {
    return target == null || target.equals(self);
  }

  private void open(Event event, io.blocktail.volume.ChunkSet chunks) {
    if (!chunks.isEmpty()) {
      undone.open(event.sequence(), chunks);
      events++;
    }
  }

  private long base(Event event, Body.Base base) throws IOException {
    long written = replica.apply(base, event.position());
    Geometry geometry = replica.geometry();
    int chunk = geometry.chunkAt(base.offset());
    int from = (int) (base.offset() - geometry.chunkOffset(chunk));
    undone.base(base.gap(), chunk, from, (int) base.length(), geometry.chunkLength(chunk));
    events++;
    return written;
  }

  private void mark(Event event, Body.Marker marker, boolean recovering) throws IOException {
    int chunk = replica.geometry().chunkAt(marker.offset());
    boolean open = undone.contains(chunk);
    if (recovering && !open) {
      answer(event, chunk, null, NoDigest.RECOVERING);
      return;
    }
    Digest own = replica.digest(chunk);
    boolean equal = own.equals(marker.digest());
    if (open && equal) {
      undone.done(chunk);
      events++;
    }
    if (recovering) {
      answer(event, chunk, null, NoDigest.RECOVERING);
    } else if (open && !equal) {
      answer(event, chunk, null, NoDigest.UNDONE);
    } else {
      answer(event, chunk, own, null);
    }
  }

  /// Answers a marker that is passed over, because the target has halted.
  void refuse(Event event, Body.Marker marker) {
    Geometry geometry = replica.geometry();
    if (Plausible.objection(event, geometry) == null) {
      answer(event, geometry.chunkAt(marker.offset()), null, NoDigest.HALTED);
    }
  }

  private void answer(Event event, int chunk, @Nullable Digest digest, @Nullable NoDigest reason) {
    Identity identity = replica.identity();
    digests.answer(
        new DigestAnswer(
            identity.volume(),
            identity.replica(),
            event.epoch(),
            chunk,
            event.sequence(),
            digest,
            reason));
  }
}
