package io.blocktail.producer;

import io.blocktail.producer.capture.SourceSettings;
import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.storage.SimulatedDevice;
import io.blocktail.storage.SimulatedDisk;
import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.VolumeName;
import java.io.IOException;
import java.time.Clock;

/// Source volumes on simulated disks. A disk that is opened again without a close is what a killed
/// process leaves.
public final class SourceVolumes {
  public static final VolumeName NAME = new VolumeName("demo");

  private SourceVolumes() {}

  public static SourceVolume open(SimulatedDisk files, SimulatedDisk devices, long size)
      throws IOException {
    return open(files, new SimulatedDevice(devices, "volume", size), false);
  }

  /// @param content whether a new volume may hold something
  public static SourceVolume open(SimulatedDisk files, BlockDevice device, boolean content)
      throws IOException {
    return SourceVolume.open(NAME, device, files, settings(64 << 20, 4 << 20, content));
  }

  /// With a journal of `segments` segments of 1 MiB.
  public static SourceVolume openSmall(
      SimulatedDisk files, SimulatedDisk devices, long size, int segments) throws IOException {
    var device = new SimulatedDevice(devices, "volume", size);
    return SourceVolume.open(NAME, device, files, settings((long) segments << 20, 1 << 20, false));
  }

  private static SourceSettings settings(long limit, int segment, boolean content) {
    return new SourceSettings(
        "test", limit, segment, Clock.systemUTC(), content, "boot", Runnable::run);
  }
}
