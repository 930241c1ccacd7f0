package io.blocktail.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/// A directory of files with flat names. The real one is [FileDisk].
public interface Disk {
  /// Opens a file for reading and writing; makes an empty one if there is none. The new name is
  /// durable when this returns, its content is not until [DiskFile#force].
  DiskFile open(String name) throws IOException;

  boolean exists(String name) throws IOException;

  /// The names of all files, in ascending order.
  List<String> list() throws IOException;

  /// The whole of a small file, or nothing where there is no such file.
  ///
  /// @throws IOException also when it is larger than `limit` bytes
  Optional<ByteBuffer> read(String name, int limit) throws IOException;

  /// Puts `content` in the place of a file's content, or makes the file: after a crash at any
  /// moment there is either the old or the new content, whole. Durable when this returns.
  void replace(String name, ByteBuffer content) throws IOException;

  /// Durable when this returns. A file with the new name is replaced.
  void rename(String from, String to) throws IOException;

  /// Does nothing where there is no such file.
  void delete(String name) throws IOException;

  /// Takes the file `name`, made if there is none, as the sign that the directory is in use. The
  /// system takes it back when the process dies.
  ///
  /// @return gives it back when closed
  /// @throws IOException when somebody has it, in this process or another
  Closeable lock(String name) throws IOException;
}
