package io.blocktail.consumer.apply;

import io.blocktail.digest.ChunkHasher;
import io.blocktail.digest.Digest;
import io.blocktail.event.Body;
import io.blocktail.storage.Disk;
import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.nio.ByteBuffer;

/// A copy of a volume: its data and the versions of its blocks. For the applier's thread.
final class Replica implements AutoCloseable {
  private Identity identity;
  private final BlockDevice device;
  private final Versions versions;
  private final ChunkHasher hasher;

  private Replica(Identity identity, BlockDevice device, Versions versions) {
    this.identity = identity;
    this.device = device;
    this.versions = versions;
    this.hasher = new ChunkHasher(identity.geometry());
  }

  /// Makes the files of a replica to which nothing was applied yet.
  static Replica create(Identity identity, ReplicaMedium medium, Disk disk) throws IOException {
    BlockDevice device = medium.open(identity.geometry().size(), true);
    try {
      device.force();
      return new Replica(identity, device, new Versions(VersionPages.create(disk, identity)));
    } catch (IOException | RuntimeException e) {
      device.close();
      throw e;
    }
  }

  /// Opens what an earlier run has left.
  static Replica open(Identity identity, ReplicaMedium medium, Disk disk) throws IOException {
    BlockDevice device = medium.open(identity.geometry().size(), false);
    try {
      return new Replica(identity, device, new Versions(VersionPages.open(disk, identity)));
    } catch (IOException | RuntimeException e) {
      device.close();
      throw e;
    }
  }

  Identity identity() {
    return identity;
  }

  Geometry geometry() {
    return identity.geometry();
  }

  BlockDevice device() {
    return device;
  }

  Versions versions() {
    return versions;
  }

  /// The volume has grown, at that position of its history: what it has gained reads as zeros here
  /// too. A medium that had the room may hold something there, which goes, as far as no later event
  /// has brought it. Nothing happens when it is as large already.
  ///
  /// @throws IOException when the medium cannot have the size
  void grow(Geometry grown, long position) throws IOException {
    long before = geometry().size();
    if (grown.size() <= before) {
      return;
    }
    long there = device.growsByZeros() ? Math.min(device.size(), grown.size()) : grown.size();
    device.grow(grown.size());
    versions.grow(grown);
    for (long at = before; at < there; ) {
      long end = Math.min(there, grown.chunkOffset(grown.chunkAt(at) + 1));
      clear(at / Geometry.BLOCK, Math.ceilDiv(end, Geometry.BLOCK), position);
      at = end;
    }
    identity = identity.grownTo(grown);
    hasher.adopt(grown);
  }

  private void clear(long first, long end, long position) throws IOException {
    for (long block = first; block < end; ) {
      long runEnd = versions.runEnd(block, end, position);
      if (Rule.applies(versions.get(block), position)) {
        device.zero(block * Geometry.BLOCK, (runEnd - block) * Geometry.BLOCK);
      }
      block = runEnd;
    }
  }

  /// Brings the blocks to which the event applies to its content; data before versions.
  ///
  /// @return the bytes that were written or zeroed
  long apply(Body.Content change, long position) throws IOException {
    long first = change.offset() / Geometry.BLOCK;
    long end = first + change.length() / Geometry.BLOCK;
    long applied = 0;
    for (long block = first; block < end; ) {
      long runEnd = versions.runEnd(block, end, position);
      if (Rule.applies(versions.get(block), position)) {
        write(change, block * Geometry.BLOCK, runEnd * Geometry.BLOCK);
        versions.set(block, runEnd, position);
        applied += (runEnd - block) * Geometry.BLOCK;
      }
      block = runEnd;
    }
    return applied;
  }

  private void write(Body.Content change, long from, long to) throws IOException {
    ByteBuffer content = change.content();
    if (content == null) {
      device.zero(from, to - from);
    } else {
      int skip = (int) (from - change.offset());
      device.write(content.slice(content.position() + skip, (int) (to - from)), from);
    }
  }

  /// All that the replica holds is going to be replaced: blocks that are ahead of the stream, since
  /// a crash came between a checkpoint's versions and its file, must not be spared.
  void forgetVersions(Disk disk) throws IOException {
    versions.startAnew(VersionPages.create(disk, identity));
  }

  /// Of what the medium holds now, not of what a cache remembers.
  Digest digest(int chunk) throws IOException {
    return hasher.hash(chunk, device::readStored);
  }

  @Override
  public void close() throws IOException {
    try (device;
        versions) {
      // both are closed, whichever fails
    }
  }
}
