package io.blocktail.validator.alert;

import io.blocktail.validator.compare.Observation.Compared;
import io.blocktail.validator.compare.Observation.Marked;
import io.blocktail.validator.compare.Outcome.Diverged;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The source's own chunks that are not to be believed: those of which it says itself that they
/// rotted, and those that it is accused of. The source's word alone is not enough: a write into a
/// chunk whose rot it has not found yet makes it take what it finds there for the truth. Two or
/// more targets that have one and the same other digest at one marker accuse it; that lasts until
/// each of them was found equal at a later marker.
final class SourceRot {
  private final Chunks chunks;
  private final Troubles troubles;

  SourceRot(Chunks chunks, Troubles troubles) {
    this.chunks = chunks;
    this.troubles = troubles;
  }

  /// Takes the source's newest word about a chunk.
  void marked(Subject source, Marked marked) {
    if (marked.digest() != null) {
      settle(source, marked.chunk(), marked.at());
    } else {
      var rot = Trouble.found(marked.point(), null, null, marked.pass(), marked.at());
      boolean _ = troubles.found(source, marked.chunk(), marked.point(), rot);
    }
  }

  /// Takes an answer that differs: other targets may have given the same one. Answers that come
  /// late accuse nobody once all who gave them were equal later.
  void diverged(Subject source, Compared compared, Diverged found) {
    var accusers = new TreeSet<>(compared.others().alike());
    if (accusers.isEmpty()) {
      return;
    }
    accusers.add(compared.target());
    if (accusers.stream().anyMatch(accuser -> isInTrouble(source, accuser, compared.chunk()))) {
      var accusation =
          Trouble.found(
                  compared.point(), found.source(), found.target(), compared.pass(), compared.at())
              .accusedBy(accusers);
      troubles.accused(source, compared.chunk(), compared.point(), accusation);
    }
  }

  private boolean isInTrouble(Subject source, String target, int chunk) {
    return troubles.isInTrouble(new Subject(source.volume(), target), chunk);
  }

  /// Looks whether the chunk is to be believed again: the source says nothing against it, and
  /// nobody who accused it still differs.
  void settle(Subject source, int chunk, long at) {
    @Nullable Trouble known = troubles.find(source, chunk);
    if (known != null
        && !known.isHealed()
        && chunks.isSound(source, chunk)
        && known.accusedBy().stream().noneMatch(target -> isInTrouble(source, target, chunk))) {
      troubles.over(source, chunk, known, at);
    }
  }

  /// A target that may have accused it is no more.
  void settleAll(Subject source, long at) {
    for (int chunk : troubles.chunksOf(source)) {
      settle(source, chunk, at);
    }
  }
}
