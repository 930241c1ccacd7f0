package io.blocktail.consumer.apply;

import io.blocktail.volume.BlockDevice;
import java.io.IOException;

/// A checkpoint on its way to the disk, in the order that keeps versions from being durable before
/// their data: data, versions, checkpoint. Begun by the applier's thread, carried out by another
/// while applying goes on; the applier takes note of its end.
public final class CheckpointJob {
  private enum Step {
    FORCE_DATA,
    WRITE_VERSIONS,
    FORCE_VERSIONS,
    REPLACE,
    DONE
  }

  private final BlockDevice device;
  private final Versions.Frozen versions;
  private final CheckpointFile file;
  private final Checkpoint checkpoint;
  private Step step;

  CheckpointJob(
      BlockDevice device, Versions.Frozen versions, CheckpointFile file, Checkpoint checkpoint) {
    this.device = device;
    this.versions = versions;
    this.file = file;
    this.checkpoint = checkpoint;
    this.step = Step.FORCE_DATA;
  }

  /// Does the next step; the thread that carries it out.
  ///
  /// @return whether that was the last one
  /// @throws IOException after which the replica must be opened anew, from the checkpoint before
  public boolean step() throws IOException {
    step =
        switch (step) {
          case FORCE_DATA -> {
            device.force();
            yield Step.WRITE_VERSIONS;
          }
          case WRITE_VERSIONS -> {
            versions.write();
            yield Step.FORCE_VERSIONS;
          }
          case FORCE_VERSIONS -> {
            versions.force();
            yield Step.REPLACE;
          }
          case REPLACE -> {
            file.write(checkpoint);
            yield Step.DONE;
          }
          case DONE -> Step.DONE;
        };
    return step == Step.DONE;
  }

  public Checkpoint checkpoint() {
    return checkpoint;
  }
}
