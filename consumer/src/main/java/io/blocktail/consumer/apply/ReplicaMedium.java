package io.blocktail.consumer.apply;

import io.blocktail.volume.BlockDevice;
import java.io.IOException;

/// Where a replica's bytes are kept: a file or a block device, there already or not yet.
public interface ReplicaMedium {
  /// Whether there is nothing yet that could get lost: no file, an empty one, or one that reads as
  /// zeros. May read all of it.
  boolean blank() throws IOException;

  /// Opens it.
  ///
  /// @param size what the volume has, in bytes; a medium that is not there yet is made with it
  /// @param fresh true when nothing was ever applied to it, so that it may be made
  /// @throws IOException also when it is smaller, with a message that names both sizes
  BlockDevice open(long size, boolean fresh) throws IOException;

  /// Whether its name still stands for what was opened last: else what is written is lost when that
  /// is closed. Any thread; nothing to find before [#open].
  ///
  /// @throws IOException when it does not
  void checkInPlace() throws IOException;
}
