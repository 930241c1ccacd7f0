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
    var settings =
        new SourceSettings("test", 64 << 20, 4 << 20, Clock.systemUTC(), content, Runnable::run);
    return SourceVolume.open(NAME, device, files, settings);
  }
}
