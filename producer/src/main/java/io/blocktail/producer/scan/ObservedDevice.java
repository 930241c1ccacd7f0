package io.blocktail.producer.scan;

import io.blocktail.volume.BlockDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The device of a volume that somebody else writes. It is only looked at: what a restart redoes
/// from the journal came from here, and is dropped. Opened anew for each scan, since a file may be
/// replaced by another one of its name, and a server be started again.
///
/// Nobody reads while it is opened anew.
public final class ObservedDevice implements BlockDevice {
  /// Opens what there is now.
  @FunctionalInterface
  public interface Opening {
    BlockDevice open() throws IOException;
  }

  /// It has not the size any more that the volume has.
  public static final class SizeChanged extends IOException {
    private static final long serialVersionUID = 1;

    SizeChanged(String message) {
      super(message);
    }
  }

  private final String name;
  private final long size;
  private final Opening opening;
  private volatile @Nullable BlockDevice present;

  /// @param name for people
  /// @param size of the volume, in bytes
  public ObservedDevice(String name, long size, Opening opening) {
    this.name = name;
    this.size = size;
    this.opening = opening;
  }

  /// Looks at what is there now.
  ///
  /// @throws SizeChanged when it has another size
  /// @throws IOException when it cannot be opened; then nothing can be read
  public synchronized void renew() throws IOException {
    close();
    BlockDevice opened = opening.open();
    if (opened.size() != size) {
      try (opened) {
        throw new SizeChanged(
            "%s has %d bytes now, but the volume has %d: give it its size back; to go on with the new size, begin a new volume, with another directory"
                .formatted(name, opened.size(), size));
      }
    }
    present = opened;
  }

  /// Also before the first scan since the start somebody may need a chunk again.
  private BlockDevice present() throws IOException {
    BlockDevice device = present;
    return device == null ? renewed() : device;
  }

  private synchronized BlockDevice renewed() throws IOException {
    if (present == null) {
      renew();
    }
    return Objects.requireNonNull(present);
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void read(ByteBuffer into, long offset) throws IOException {
    present().read(into, offset);
  }

  @Override
  public long holeAt(long offset, long length) throws IOException {
    return present().holeAt(offset, length);
  }

  @Override
  public long dataAt(long offset, long length) throws IOException {
    return present().dataAt(offset, length);
  }

  /// Does nothing.
  @Override
  public void write(ByteBuffer from, long offset) {
    from.position(from.limit());
  }

  /// Does nothing.
  @Override
  public void zero(long offset, long length) {}

  /// Does nothing: there is nothing of ours.
  @Override
  public void force() {}

  @Override
  public synchronized void close() throws IOException {
    BlockDevice device = present;
    present = null;
    if (device != null) {
      device.close();
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
