package io.blocktail.validator.compare;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.blocktail.digest.Digest;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the watch over one volume gets to see, keyed by the volume's name: the internal topic
/// between the two halves of the topology carries these. Times are µs since 1970.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Observation.Marked.class, name = "marked"),
  @JsonSubTypes.Type(value = Observation.Compared.class, name = "compared"),
  @JsonSubTypes.Type(value = Observation.ReplicaSeen.class, name = "replica"),
  @JsonSubTypes.Type(value = Observation.ReplicaGone.class, name = "gone"),
  @JsonSubTypes.Type(value = Observation.SourceSeen.class, name = "source")
})
public sealed interface Observation {
  /// The source marked a chunk.
  ///
  /// @param digest null when the source's own chunk rotted
  record Marked(int chunk, Point point, @Nullable Digest digest, long pass, int chunks, long at)
      implements Observation {}

  /// What is known of other targets' answers to the same marker.
  ///
  /// @param dissenting those that answered with another digest than the source's, or with none for
  ///   a reason that does not end by itself
  /// @param alike those of them that answered with the very digest of the target compared
  record Peers(List<String> dissenting, List<String> alike) {
    public static final Peers NONE = new Peers(List.of(), List.of());

    public Peers {
      dissenting = List.copyOf(dissenting);
      alike = List.copyOf(alike);
    }
  }

  /// A target answered a marker that the source's digest is known for.
  ///
  /// @param replica UUID of the target's copy; null when it does not say
  /// @param source null when the source's own chunk rotted
  /// @param reason why the target has no digest; null when it has one
  /// @param markedAt when the source took its digest, by the source's clock
  /// @param at when the target answered, by the consumer's clock
  record Compared(
      int chunk,
      String target,
      @Nullable String replica,
      Point point,
      @Nullable Digest source,
      @Nullable Digest digest,
      @Nullable String reason,
      long pass,
      int chunks,
      long markedAt,
      long at,
      @Nullable Peers peers)
      implements Observation {

    /// None when it is of a release that did not tell.
    public Peers others() {
      return peers == null ? Peers.NONE : peers;
    }

    /// Whether the target had no digest, but will have one later.
    public boolean isYetToSay() {
      return digest == null && Report.isPassing(reason);
    }

    public Outcome outcome() {
      if (source == null) {
        return new Outcome.NoAnswer("the source's chunk rotted");
      }
      if (digest == null) {
        return new Outcome.NoAnswer(reason == null ? "no reason" : reason);
      }
      return source.equals(digest)
          ? new Outcome.Equal(source)
          : new Outcome.Diverged(source, digest);
    }
  }

  /// A target's status; for people, and to know whether it still moves.
  ///
  /// @param replica UUID of its copy; null when there is none yet, or it does not say
  /// @param lagChanges null while it cannot know
  /// @param lagMillis null while it cannot know
  record ReplicaSeen(
      String target,
      @Nullable String volumeId,
      @Nullable String replica,
      String state,
      @Nullable String reason,
      boolean consistent,
      int epoch,
      long watermark,
      int undoneChunks,
      @Nullable Long lagChanges,
      @Nullable Long lagMillis,
      long at)
      implements Observation {}

  /// A target's status was deleted: the target is no more.
  record ReplicaGone(String target) implements Observation {}

  /// A source's status.
  ///
  /// @param state as it names it; null when it is of a release that did not tell
  record SourceSeen(
      String volumeId, int epoch, long published, int dirtyChunks, @Nullable String state, long at)
      implements Observation {
    private static final Set<String> HELD =
        Set.of("paused", "blocked", "overflow", "unscanned", "stopped");

    /// Whether it keeps changes from its stream: somebody has paused it, its journal is full, it
    /// cannot look at a file that somebody else writes, or it was stopped by an error.
    public boolean isHeld() {
      return state != null && HELD.contains(state);
    }
  }
}
