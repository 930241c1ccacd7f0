package io.blocktail.producer.capture;

import io.blocktail.event.Ownership;
import io.blocktail.producer.journal.Journal;
import io.blocktail.storage.Disk;
import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.util.UUID;

/// What a volume keeps beside its journal and its checkpoint, open.
///
/// @param device the volume's bytes
/// @param directory where the files are
record VolumeFiles(
    BlockDevice device,
    Disk directory,
    ChunkRecords chunks,
    DirtyMap dirty,
    HotMap hot,
    Mark pause,
    Mark readOnly)
    implements AutoCloseable {

  /// Makes the files of a new volume. Durable when this returns.
  static void create(Disk directory, Ownership ownership, boolean content) throws IOException {
    UUID id = ownership.volume();
    Geometry geometry = ownership.geometry();
    var file = ChunkRecordFile.create(directory, id, geometry.chunks());
    try (var records = new ChunkRecords(geometry, file)) {
      records.storeNew();
    }
    DirtyMap.create(directory, id, geometry, content);
    HotMap.create(directory, id, geometry);
  }

  /// The device stays the caller's when this fails.
  static VolumeFiles open(BlockDevice device, Disk directory, Ownership ownership)
      throws IOException {
    UUID id = ownership.volume();
    Geometry geometry = ownership.geometry();
    Mark pause = Mark.open(directory, Mark.Kind.PAUSED);
    Mark readOnly = Mark.open(directory, Mark.Kind.READ_ONLY);
    var chunks = new ChunkRecords(geometry, ChunkRecordFile.open(directory, id, geometry.chunks()));
    try {
      DirtyMap dirty = DirtyMap.open(directory, id, geometry);
      try {
        return new VolumeFiles(
            device,
            directory,
            chunks,
            dirty,
            HotMap.open(directory, id, geometry),
            pause,
            readOnly);
      } catch (IOException e) {
        dirty.close();
        throw e;
      }
    } catch (IOException e) {
      chunks.close();
      throw e;
    }
  }

  /// What is kept of each chunk is kept of the new ones too. Durable when this returns, and can be
  /// done again.
  void grow(UUID volume, Geometry grown, Journal journal) throws IOException {
    chunks.storeGrown(volume, journal);
    dirty.grow(grown);
    hot.grow(grown);
  }

  /// All but the device.
  @Override
  public void close() throws IOException {
    try (chunks;
        dirty;
        hot) {}
  }
}
