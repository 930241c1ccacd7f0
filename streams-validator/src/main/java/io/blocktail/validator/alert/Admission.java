package io.blocktail.validator.alert;

import io.blocktail.validator.compare.Observation.Compared;
import io.blocktail.validator.compare.Observation.Marked;
import io.blocktail.validator.compare.Observation.SourceSeen;
import io.blocktail.validator.compare.Point;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Whose words count. A name stands for one volume, and for one copy of a target; what is known of
/// it is forgotten when another one has taken the name, and what anybody else says is dropped.
///
/// A volume succeeds another by a marker alone: that went through the stream, which has one owner.
/// Its status proves nothing, for a producer whose volume the stream refuses sends one too.
///
/// A copy succeeds another by speaking later. One that was succeeded and speaks on does not: else
/// two consumers of one name would make all be forgotten once a second. It gets the name back when
/// the other one was not heard for a while.
final class Admission {
  private final Stores stores;
  private final Witnesses witnesses;
  private final Claims claims;
  private final BiConsumer<Subject, String> forget;

  /// @param forget forgets all that is known of a subject, and is told why
  Admission(Stores stores, Witnesses witnesses, Claims claims, BiConsumer<Subject, String> forget) {
    this.stores = stores;
    this.witnesses = witnesses;
    this.claims = claims;
    this.forget = forget;
  }

  /// The volume that has the name; who is the first to claim it has it.
  private WatchedVolume known(String name, String volumeId, int epoch) {
    @Nullable WatchedVolume known = stores.volumes().get(name);
    return known == null ? WatchedVolume.of(volumeId, epoch) : known;
  }

  /// The volume that a marker is of; null when the marker is of an older epoch or a former volume.
  @Nullable WatchedVolume volume(String name, Marked marked) {
    Point point = marked.point();
    WatchedVolume known = known(name, point.volumeId(), point.epoch());
    return switch (known.standing(point.volumeId(), point.epoch(), marked.at())) {
      case CURRENT -> known;
      case FORMER -> null;
      case OTHER -> {
        for (var entry : Stores.copy(stores.targets(), name + "/", name + "/~")) {
          forget.accept(Subject.ofKey(entry.key), "another volume has taken the name");
        }
        forget.accept(new Subject(name, null), "another volume has taken the name");
        yield known.succeededBy(point.volumeId(), point.epoch());
      }
    };
  }

  /// The volume that an answer is of, whose marker was seen before; null when the answer is of an
  /// older epoch or another volume.
  @Nullable WatchedVolume volume(String name, Compared compared) {
    Point point = compared.point();
    WatchedVolume known = known(name, point.volumeId(), point.epoch());
    var standing = known.standing(point.volumeId(), point.epoch(), compared.markedAt());
    return standing == WatchedVolume.Standing.CURRENT ? known : null;
  }

  /// The volume that a status is of; null when it is of an older epoch or another volume.
  @Nullable WatchedVolume volume(String name, SourceSeen status) {
    WatchedVolume known = known(name, status.volumeId(), status.epoch());
    return switch (known.standing(status.volumeId(), status.epoch(), status.at())) {
      case CURRENT -> known;
      case FORMER -> null;
      case OTHER -> {
        var source = new Subject(name, null);
        claims.heard(
            source,
            known.volumeId(),
            known.volumeId(),
            witnesses.lastHeard(source),
            status.volumeId(),
            status.at());
        yield null;
      }
    };
  }

  /// The target that something is said of, in its present state; null when it is said of a copy
  /// that has not got the name.
  ///
  /// @param volume UUID of the volume that it says it is a copy of; null when it does not know
  /// @param replica UUID of the copy; null when it does not say
  @Nullable WatchedTarget target(
      Subject subject, @Nullable String volume, @Nullable String replica, long at) {
    @Nullable WatchedTarget stored = stores.targets().get(subject.key());
    WatchedTarget known = stored == null ? WatchedTarget.UNKNOWN : stored;
    Copy copy = known.copy();
    if (replica == null || copy == null) {
      return known.heard(replica, at);
    }
    return switch (copy.standing(replica, at)) {
      case CURRENT -> known.heard(replica, at);
      case FORMER -> null;
      case SUCCESSOR -> {
        forget.accept(subject, "the target's copy was made anew");
        yield WatchedTarget.of(copy.succeededBy(replica, at));
      }
      case RIVAL -> {
        if (witnesses.isThere(subject)) {
          claims.heard(
              subject,
              volume == null ? "" : volume,
              copy.id(),
              witnesses.lastHeard(subject),
              replica,
              at);
          yield null;
        }
        forget.accept(subject, "a former copy of the target was put back");
        yield WatchedTarget.of(copy.succeededBy(replica, at));
      }
    };
  }
}
