package io.blocktail.producer.pull;

import io.blocktail.producer.scan.Changes;
import io.blocktail.producer.scan.ObservedDevice;
import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An export of another NBD server whose dirty bitmap says what may have changed. The bitmap is
/// only read: whoever owns it clears it. For one thread at a time.
public final class Pulled implements Changes, ObservedDevice.Opening {
  private final NbdUri server;
  private final String bitmap;
  private @Nullable RemoteExport export;

  /// @param bitmap its name, as QEMU has it
  public Pulled(NbdUri server, String bitmap) {
    this.server = server;
    this.bitmap = "qemu:dirty-bitmap:" + bitmap;
  }

  @Override
  public BlockDevice open() throws IOException {
    RemoteExport opened = RemoteExport.open(server, List.of(RemoteExport.ALLOCATION, bitmap));
    export = opened;
    return opened;
  }

  @Override
  public boolean pulls() {
    return true;
  }

  @Override
  public BitSet dirty(Geometry geometry) throws IOException {
    RemoteExport now = export;
    if (now == null) {
      throw new IOException(server + " is not connected");
    }
    return now.dirty(bitmap, geometry.chunkSize());
  }

  @Override
  public boolean noticed(long nanos) {
    return false;
  }

  @Override
  public void taken() {}

  @Override
  public @Nullable String stamp() {
    return null;
  }

  /// The export is its device's to close.
  @Override
  public void close() {}
}
