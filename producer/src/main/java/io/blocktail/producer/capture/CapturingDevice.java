package io.blocktail.producer.capture;

import io.blocktail.digest.ChunkHasher;
import io.blocktail.digest.Digest;
import io.blocktail.event.Body;
import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.Request;
import io.blocktail.volume.TargetName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

public final class CapturingDevice implements BlockDevice {
  /// A marker that was appended.
  ///
  /// @param lastChange sequence of the chunk's last change before it
  public record Marked(long sequence, Digest digest, long lastChange) {}

  CapturingDevice() {}

  @Override
  public long size() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void execute(List<Request> requests, String origin) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void read(ByteBuffer into, long offset) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public void write(ByteBuffer from, long offset) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public void zero(long offset, long length) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public void force() throws IOException {
    throw new UnsupportedOperationException();
  }

  /// Appends an event that touches no chunk: GAP, WHOLE, BOOKMARK.
  ///
  /// @return its sequence
  public long append(Body body, String origin) throws IOException {
    throw new UnsupportedOperationException();
  }

  /// Counts the chunk's writes; odd while one is in flight.
  public int writeCounter(int chunk) {
    throw new UnsupportedOperationException();
  }

  /// Appends a marker for the digest, if the chunk was not written since its counter was read.
  ///
  /// @param counter what [#writeCounter] said before the chunk was read
  /// @return the marker's sequence; empty when the counter was odd or has moved
  public OptionalLong markIfUnmoved(int chunk, int counter, Digest digest, String origin)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  /// Hashes the chunk and appends its marker while no write can come in between.
  public Marked markLocked(int chunk, ChunkHasher hasher, String origin) throws IOException {
    throw new UnsupportedOperationException();
  }

  /// Appends the chunk's present content as BASE events, ascending.
  ///
  /// @param gap the gap's name
  /// @param target the one target concerned; null for all
  /// @return the last one's sequence
  /// @throws RottenChunk when the content is not what was written; nothing is appended
  public long base(int chunk, long gap, @Nullable TargetName target, String origin)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  /// Does nothing: the device is closed with its [SourceVolume].
  @Override
  public void close() {}
}
