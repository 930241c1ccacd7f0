package io.blocktail.producer.scan;

import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.storage.Disk;
import java.io.IOException;

/// What is kept of a volume that somebody else writes, beside what is kept of any.
public record ScanFiles(ScanLog log, BlockHashes hashes) implements AutoCloseable {
  /// @param log opened before the volume was, since it says of which kind the volume is
  public static ScanFiles open(Disk disk, ScanLog log, SourceVolume volume) throws IOException {
    return new ScanFiles(
        log, BlockHashes.open(disk, volume.ownership().volume(), volume.ownership().geometry()));
  }

  @Override
  public void close() throws IOException {
    hashes.close();
  }
}
