package io.blocktail.consumer.apply;

import io.blocktail.consumer.intake.StreamRecord;
import io.blocktail.event.Body;
import io.blocktail.event.Chain;
import io.blocktail.event.Event;
import io.blocktail.event.EventCodec;
import io.blocktail.event.InvalidEventException;
import io.blocktail.event.Ownership;
import io.blocktail.event.Plausible;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import io.blocktail.volume.TargetName;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What a record says, and the sentences for what is wrong with it. Pure functions.
final class Reading {
  private Reading() {}

  static Event decode(StreamRecord record) throws InvalidEventException {
    if (record.value() == null) {
      throw new InvalidEventException("a record without a value");
    }
    return EventCodec.decode(EventCodec.FRAMING.open(record.value()));
  }

  /// Which volume the event says it is of; null when it says nothing.
  static @Nullable Ownership ownership(Event event) {
    return switch (event.body()) {
      case Body.Epoch epoch -> epoch.ownership();
      case Body.Gap gap -> gap.ownership();
      default -> null;
    };
  }

  /// How large the volume is from the event on, as far as it says so and that can be: what it says
  /// of the past, or what no volume can have, changes nothing.
  ///
  /// @param known how large it was before
  static Geometry size(Event event, Geometry known) {
    if (event.body() instanceof Body.Grow grow) {
      return Plausible.objection(event, known) == null ? known.grownTo(grow.size()) : known;
    }
    Ownership stated = ownership(event);
    return stated != null
            && stated.geometry().chunkSize() == known.chunkSize()
            && stated.geometry().size() > known.size()
        ? stated.geometry()
        : known;
  }

  /// Whether the event opens a gap over the whole volume that concerns this target.
  static boolean opensAll(Event event, Geometry geometry, TargetName self) {
    ChunkSet all = ChunkSet.all(geometry);
    return switch (event.body()) {
      case Body.Epoch epoch -> epoch.open().equals(all);
      case Body.Gap gap ->
          (gap.target() == null || gap.target().equals(self)) && gap.chunks().equals(all);
      default -> false;
    };
  }

  /// From an EPOCH on nothing of an older epoch counts, although nothing newer is applied. One that
  /// cannot be true of this volume says nothing: what it named would keep the real owner out, for
  /// ever. As long as no volume is known it is held against its own words.
  ///
  /// @param own the volume's; null as long as it is not known
  static Chain fenced(Chain chain, Event event, @Nullable Geometry own) {
    return event.body() instanceof Body.Epoch(Ownership stated, _)
            && event.epoch() > chain.epoch()
            && Plausible.objection(event, own == null ? stated.geometry() : size(event, own))
                == null
        ? new Chain(event.epoch(), Math.min(chain.sequence(), event.sequence()))
        : chain;
  }

  /// Whether the event begins an epoch without a part of what the replica may have.
  static boolean skipsEnd(Event event, long mayHave) {
    return event.body() instanceof Body.Epoch && event.previous() < mayHave;
  }

  static String lostEnd(Event event, long mayHave) {
    return "the stream has lost its end: epoch %d follows on event %d, this target may have applied up to %d"
        .formatted(event.epoch(), event.previous(), mayHave);
  }

  static String unbelievable(Event event, StreamRecord record, String objection) {
    return "the event at offset %d, %d of epoch %d, cannot be believed: %s"
        .formatted(record.offset(), event.sequence(), event.epoch(), objection);
  }

  static Halt otherVolume(UUID found, UUID own) {
    return new Halt(
        ("the stream is of the volume %s, this target of %s, which had the same name: give it"
                + " another file and directory, or remove both, to follow the new one")
            .formatted(found, own),
        false);
  }

  static String hole(Event event, StreamRecord record, Chain chain) {
    String start =
        "the stream has a hole: the event at offset %d, %d of epoch %d, follows on %d, but "
            .formatted(record.offset(), event.sequence(), event.epoch(), event.previous());
    return start
        + (chain.equals(Chain.START)
            ? "nothing was read before"
            : "the last before it was %d of epoch %d".formatted(chain.sequence(), chain.epoch()));
  }
}
