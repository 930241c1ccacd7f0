package io.blocktail.deploy.demo;

import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;

/// Bytes of a replica that were changed behind the consumer's back.
///
/// @param image the replica's file
/// @param offsets of the bytes, each in another chunk, ascending
record Damage(Path image, List<Long> offsets) {
  private static final int CHUNK = Geometry.DEFAULT_CHUNK;

  /// Flips all bits of up to `count` bytes.
  ///
  /// @param written where the volume has data
  static Damage inflict(Path image, List<Long> written, int count, Random random)
      throws IOException {
    var places = new ArrayList<>(written);
    Collections.shuffle(places, random);
    var chunks = new TreeSet<Long>();
    var offsets = new TreeSet<Long>();
    try (var file = FileChannel.open(image, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      for (long place : places) {
        if (offsets.size() < count && chunks.add(place / CHUNK)) {
          long offset = place + random.nextInt(4096);
          flip(file, offset);
          offsets.add(offset);
        }
      }
      file.force(false); // a digest may be read past the page cache
    }
    return new Damage(image, List.copyOf(offsets));
  }

  private static void flip(FileChannel file, long offset) throws IOException {
    var one = ByteBuffer.allocate(1);
    if (file.read(one, offset) != 1) {
      throw new IOException("the replica's file ends before " + offset);
    }
    one.put(0, (byte) ~one.get(0)).rewind();
    if (file.write(one, offset) != 1) {
      throw new IOException("the byte at %d was not written".formatted(offset));
    }
  }

  /// The chunks that are damaged now.
  List<Long> chunks() {
    return offsets.stream().map(offset -> offset / CHUNK).toList();
  }
}
