package io.blocktail.validator.compare;

import io.blocktail.digest.Digest;
import io.blocktail.validator.compare.Observation.Compared;
import io.blocktail.validator.compare.Observation.Marked;
import io.blocktail.validator.compare.Observation.Peers;
import io.blocktail.validator.compare.Report.Answer;
import io.blocktail.validator.compare.Report.Marker;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What is kept of one chunk to join markers with answers, whichever comes first. Bounded: the
/// newest markers, and per target the newest answers whose marker is not known yet. An answer to a
/// marker that is no longer kept is passed over; a later one is compared.
///
/// @param markers of one volume and epoch, newest first
/// @param answers that wait for their marker, newest first
/// @param retired UUIDs of volumes that had this name before, newest first
/// @param dissents of the kept markers, the oldest first; absent in what an earlier release stored
public record ChunkHistory(
    List<Marker> markers,
    List<Answer> answers,
    List<String> retired,
    @Nullable List<Dissent> dissents) {
  /// Markers of one chunk come once a pass: so many passes late may a target be and be compared.
  static final int MARKERS = 8;

  static final int ANSWERS = 8;

  /// Of all targets together, so that no flood of names grows it; of dissents too.
  static final int ALL_ANSWERS = 256;

  static final int RETIRED = 4;

  public static final ChunkHistory EMPTY = new ChunkHistory(List.of(), List.of(), List.of(), null);

  private static final Comparator<Report> NEWEST_FIRST =
      (a, b) -> Long.compareUnsigned(b.point().position(), a.point().position());

  /// That a target's answer to a kept marker was not the source's digest. Kept so that targets that
  /// agree against their source are seen to, however far apart their answers come. A target that
  /// only cannot say yet does not dissent.
  ///
  /// @param sequence of the marker
  /// @param digest null when there was none
  record Dissent(long sequence, String target, @Nullable Digest digest) {}

  /// The history after a report, and what the report showed.
  public record Step(ChunkHistory history, List<Observation> observations) {}

  public ChunkHistory {
    markers = List.copyOf(markers);
    answers = List.copyOf(answers);
    retired = List.copyOf(retired);
    dissents = dissents == null || dissents.isEmpty() ? null : List.copyOf(dissents);
  }

  public Step take(int chunk, Report report) {
    return switch (report) {
      case Marker marker -> marked(chunk, marker);
      case Answer answer -> answered(chunk, answer);
    };
  }

  /// A marker of an older epoch or a former volume is dropped; of two of one point the first
  /// counts.
  private Step marked(int chunk, Marker marker) {
    if (isFormer(marker) || markerAt(marker.point()) != null) {
      return unchanged();
    }
    ChunkHistory before = isSucceededBy(marker.point()) ? retire(marker.point()) : this;
    var kept = new ArrayList<>(before.markers);
    kept.add(marker);
    kept.sort(NEWEST_FIRST);
    if (kept.size() > MARKERS && kept.removeLast().equals(marker)) {
      return unchanged();
    }
    var observations = new ArrayList<Observation>();
    Point point = marker.point();
    observations.add(
        new Marked(chunk, point, marker.digest(), marker.pass(), marker.chunks(), marker.at()));
    var waiting = new ArrayList<Answer>();
    var given = new ArrayList<Answer>();
    for (Answer answer : before.answers) {
      if (answer.point().equals(point)) {
        given.add(answer);
      } else if (!answer.point().isOfVolume(point) || answer.point().epoch() >= point.epoch()) {
        waiting.add(answer);
      }
    }
    var after = new ChunkHistory(kept, waiting, before.retired, before.dissents);
    for (Answer answer : given) {
      after = after.noting(marker, answer);
    }
    for (Answer answer : given) {
      observations.add(after.compare(chunk, marker, answer));
    }
    return new Step(after, observations);
  }

  private Step answered(int chunk, Answer answer) {
    Marker marker = markerAt(answer.point());
    if (marker != null) {
      ChunkHistory after = noting(marker, answer);
      return new Step(after, List.of(after.compare(chunk, marker, answer)));
    }
    if (isOlder(answer.point()) || isKnown(answer)) {
      return unchanged();
    }
    var waiting = new ArrayList<>(answers);
    waiting.add(answer);
    waiting.sort(NEWEST_FIRST);
    if (waiting.stream().filter(kept -> kept.target().equals(answer.target())).count() > ANSWERS) {
      waiting.remove(lastOf(answer.target(), waiting));
    }
    if (waiting.size() > ALL_ANSWERS) {
      waiting.removeLast();
    }
    return new Step(new ChunkHistory(markers, waiting, retired, dissents), List.of());
  }

  private static int lastOf(String target, List<Answer> answers) {
    int last = answers.size() - 1;
    while (!answers.get(last).target().equals(target)) {
      last--;
    }
    return last;
  }

  private Step unchanged() {
    return new Step(this, List.of());
  }

  private List<Dissent> dissenting() {
    return dissents == null ? List.of() : dissents;
  }

  /// After an answer to a kept marker. A target's newer answer takes the place of its older one: it
  /// may be of another copy.
  private ChunkHistory noting(Marker marker, Answer answer) {
    long sequence = marker.point().sequence();
    var noted = new ArrayList<>(dissenting());
    noted.removeIf(known ->
        known.sequence() == sequence && known.target().equals(answer.target())
            || markers.stream().noneMatch(m -> m.point().sequence() == known.sequence()));
    if (marker.digest() != null
        && !marker.digest().equals(answer.digest())
        && !Report.isPassing(answer.reason())) {
      noted.add(new Dissent(sequence, answer.target(), answer.digest()));
    }
    if (noted.size() > ALL_ANSWERS) {
      noted.removeFirst();
    }
    return new ChunkHistory(markers, answers, retired, noted);
  }

  private Peers peers(Marker marker, Answer answer) {
    List<Dissent> others =
        dissenting().stream()
            .filter(one ->
                one.sequence() == marker.point().sequence()
                    && !one.target().equals(answer.target()))
            .toList();
    return new Peers(
        others.stream().map(Dissent::target).toList(),
        others.stream()
            .filter(one -> one.digest() != null && one.digest().equals(answer.digest()))
            .map(Dissent::target)
            .toList());
  }

  private Compared compare(int chunk, Marker marker, Answer answer) {
    return new Compared(
        chunk,
        answer.target(),
        answer.replica(),
        marker.point(),
        marker.digest(),
        answer.digest(),
        answer.reason(),
        marker.pass(),
        marker.chunks(),
        marker.at(),
        answer.at(),
        peers(marker, answer));
  }

  private @Nullable Marker markerAt(Point point) {
    return markers.stream().filter(m -> m.point().equals(point)).findFirst().orElse(null);
  }

  private boolean isKnown(Answer answer) {
    return answers.stream()
        .anyMatch(a ->
            a.point().equals(answer.point())
                && a.target().equals(answer.target())
                && Objects.equals(a.replica(), answer.replica()));
  }

  /// Whether the point is of an epoch or a volume that was succeeded by what is kept.
  private boolean isOlder(Point point) {
    if (retired.contains(point.volumeId())) {
      return true;
    }
    return !markers.isEmpty()
        && markers.getFirst().point().isOfVolume(point)
        && point.epoch() < markers.getFirst().point().epoch();
  }

  /// Like [#isOlder], but a former volume that marks again, later than its successor did, was put
  /// back by somebody and is believed.
  private boolean isFormer(Marker marker) {
    return isOlder(marker.point())
        && (markers.getFirst().point().isOfVolume(marker.point()) || marker.at() <= newestTime());
  }

  private long newestTime() {
    return markers.stream().mapToLong(Marker::at).max().orElse(Long.MIN_VALUE);
  }

  private boolean isSucceededBy(Point point) {
    return !markers.isEmpty()
        && (!markers.getFirst().point().isOfVolume(point)
            || markers.getFirst().point().epoch() < point.epoch());
  }

  private ChunkHistory retire(Point successor) {
    var former = new ArrayList<>(retired);
    Point old = markers.getFirst().point();
    if (!old.isOfVolume(successor)) {
      former.addFirst(old.volumeId());
      former.remove(successor.volumeId());
    }
    var left =
        answers.stream()
            .filter(a -> a.point().isOfVolume(successor) && a.point().epoch() >= successor.epoch())
            .toList();
    return new ChunkHistory(
        List.of(), left, former.subList(0, Math.min(RETIRED, former.size())), null);
  }
}
