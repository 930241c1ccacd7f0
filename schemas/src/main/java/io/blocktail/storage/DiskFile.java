package io.blocktail.storage;

import java.io.IOException;
import java.nio.ByteBuffer;

/// An open file. Positional calls may run at the same time; a thread inside one must never be
/// interrupted, since that would close the file for all.
public interface DiskFile extends AutoCloseable {
  /// In bytes.
  long size() throws IOException;

  /// Reads into the buffer until it is full or the file ends, whichever is first.
  ///
  /// @return how many bytes were read, 0 at or behind the end
  int read(ByteBuffer into, long position) throws IOException;

  /// Writes all that the buffer has left. The file grows as needed; what it skips reads as zeros.
  void write(ByteBuffer from, long position) throws IOException;

  /// Writes all that the buffers have left, one behind the other. One thread at a time.
  ///
  /// @param count how many of the buffers, from the first
  void write(ByteBuffer[] from, int count, long position) throws IOException;

  /// Makes what was written before durable, with the file's size. After an error nothing is known
  /// about what is durable, and calling again would tell nothing either.
  void force() throws IOException;

  @Override
  void close() throws IOException;
}
