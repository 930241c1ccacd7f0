package io.blocktail.event;

import io.blocktail.digest.Digest;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.TargetName;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// What an event says. Offsets and lengths are bytes; the ranges of changes and BASE are whole
/// blocks inside one chunk. Buffers are read from position to limit and never moved by who is only
/// given them.
public sealed interface Body {
  /// EPOCH: who owns the volume from here on; always the first event of a stream.
  ///
  /// @param open chunks for which this event opens a gap that its own sequence names: all of them
  ///   when the volume starts from content that the stream does not have, else none
  record Epoch(Ownership ownership, ChunkSet open) implements Body {}

  /// What a client did to a range, or a copy of it in a gap: what a target applies block by block.
  sealed interface Content extends Body {
    long offset();

    long length();

    /// The range's new bytes; null when it reads as zeros.
    @Nullable ByteBuffer content();
  }

  record Write(long offset, ByteBuffer data) implements Content {
    @Override
    public long length() {
      return data.remaining();
    }

    @Override
    public ByteBuffer content() {
      return data;
    }
  }

  /// The range reads as zeros.
  record Zero(long offset, long length) implements Content {
    @Override
    public @Nullable ByteBuffer content() {
      return null;
    }
  }

  /// The client does not need the range any more: it reads as zeros too.
  record Trim(long offset, long length) implements Content {
    @Override
    public @Nullable ByteBuffer content() {
      return null;
    }
  }

  /// DIGEST: what the chunk hashes to at the source, at exactly this point of the history.
  ///
  /// @param lastChange sequence of the chunk's last change or BASE at the source, 0 if it had none
  record Marker(long offset, long length, Digest digest, long lastChange) implements Body {}

  /// The chunks' content is not to be trusted until the gap is closed. The gap's name is this
  /// event's sequence.
  ///
  /// @param target the one target concerned; null for all
  record Gap(@Nullable TargetName target, ChunkSet chunks, Ownership ownership) implements Body {}

  /// The present content of a range, inside a gap.
  ///
  /// @param data null when the range is all zeros
  record Base(
      long gap, @Nullable TargetName target, long offset, long length, @Nullable ByteBuffer data)
      implements Content {
    @Override
    public @Nullable ByteBuffer content() {
      return data;
    }
  }

  /// The gap's last event.
  record Whole(long gap, @Nullable TargetName target) implements Body {}

  /// From here on the volume has so many bytes; what it has gained reads as zeros. One that a
  /// reader knows already, from what was said of the volume later, changes nothing.
  record Grow(long size) implements Body {}

  /// A label that a person puts into the history, to restore to.
  record Bookmark(String label) implements Body {}
}
