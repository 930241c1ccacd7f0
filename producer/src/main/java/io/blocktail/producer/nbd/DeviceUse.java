package io.blocktail.producer.nbd;

import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.Request;
import java.io.IOException;
import java.util.List;
import org.jboss.logging.Logger;

/// What one connection does with the device of its export. Only the connection's thread uses it.
final class DeviceUse {
  private static final Logger LOG = Logger.getLogger(DeviceUse.class);

  private final BlockDevice device;
  private final String export;
  private final String origin;

  /// As the client was told: a device that grows does so for those who come then.
  private final long size;

  private boolean failed;

  /// @param origin who the client is, for the history
  DeviceUse(Export export, String origin) {
    this.device = export.device();
    this.export = export.name();
    this.origin = origin;
    this.size = device.size();
  }

  long size() {
    return size;
  }

  boolean zeroesFast() {
    return device.zeroesFast();
  }

  void expectRead(long offset, long length) {
    device.expectRead(offset, length);
  }

  /// As the device says it; what it cannot say it is taken for data, whose read then tells why.
  long holeAt(long offset, long length) {
    try {
      return device.holeAt(offset, length);
    } catch (IOException e) {
      return 0;
    }
  }

  /// What is allocated: negative for a hole of so many bytes, else how many bytes are data.
  long allocatedAt(long offset, long length) throws IOException {
    long hole = device.holeAt(offset, length);
    return hole > 0 ? -hole : device.dataAt(offset, length);
  }

  /// The client learns of a failure only that there was one, so the reason is logged: the first of
  /// a connection loudly, since a device that fails tends to go on failing.
  void execute(List<Request> requests) {
    device.execute(requests, origin);
    for (int i = 0; i < requests.size(); i++) {
      Request request = requests.get(i);
      IOException failure = request.failure();
      if (failure != null) {
        report(request.operation().toString(), request.offset(), request.length(), failure);
      }
    }
  }

  void report(String what, long offset, long length, IOException failure) {
    Logger.Level level = failed ? Logger.Level.DEBUG : Logger.Level.WARN;
    failed = true;
    LOG.logf(
        level,
        "export %s: %s of %d bytes at %d for %s failed: %s",
        export,
        what,
        length,
        offset,
        origin,
        failure);
  }
}
