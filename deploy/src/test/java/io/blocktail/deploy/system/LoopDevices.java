package io.blocktail.deploy.system;

import io.blocktail.process.ForeignTool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/// Block devices over files, until they are closed. Only root may make them: for others the test is
/// skipped.
final class LoopDevices {
  private final List<String> attached = new ArrayList<>();

  /// @return the device's path
  String attach(Path file) throws Exception {
    ForeignTool losetup = ForeignTool.require("losetup", "mount");
    ForeignTool.Result made =
        losetup.tryRun(java.time.Duration.ofSeconds(10), "-f", "--show", file);
    boolean may = made.status() == 0;
    if (!may) {
      System.out.printf("skipped: no loop device can be made: %s%n", made.output().strip());
    }
    Assumptions.assumeTrue(may, "no loop device can be made");
    String device = made.output().strip();
    attached.add(device);
    return device;
  }

  /// The file has another size.
  void reread(String device) throws Exception {
    ForeignTool.require("losetup", "mount").run("-c", device);
  }

  void close() throws Exception {
    for (String device : attached) {
      ForeignTool.require("losetup", "mount").run("-d", device);
    }
  }
}
