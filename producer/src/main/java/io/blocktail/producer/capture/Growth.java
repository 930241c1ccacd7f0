package io.blocktail.producer.capture;

import io.blocktail.event.Body;
import io.blocktail.event.Ownership;
import io.blocktail.producer.journal.Appended;
import io.blocktail.producer.journal.Journal;
import io.blocktail.storage.FileTrouble;
import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.Geometry;
import io.blocktail.volume.VolumeName;
import java.io.IOException;

/// How a volume becomes larger while it is served. The history says so first: GROW is durable in
/// the journal before the device is enlarged, so that a restart, which redoes it, and every target
/// do the same at the same place. Then what is kept of each chunk has room for the new ones, the
/// checkpoint says the new size, and only then is anything written there.
final class Growth {
  /// Zeroed at once, in bytes.
  private static final long PIECE = 64 << 20;

  private final VolumeFiles files;
  private final Journal journal;
  private final Fitness fitness;
  private final CapturingDevice capture;

  Growth(VolumeFiles files, Journal journal, Fitness fitness, CapturingDevice capture) {
    this.files = files;
    this.journal = journal;
    this.fitness = fitness;
    this.capture = capture;
  }

  /// Whether a volume can have the size, apart from its device.
  static Geometry judge(VolumeName name, Geometry before, long size) throws CannotGrow {
    if (size < before.size()) {
      throw new CannotGrow(
          "volume %s has %d bytes: it can only grow, not shrink to %d"
              .formatted(name, before.size(), size));
    }
    try {
      Geometry grown = before.grownTo(size);
      String objection = Footprint.objection(grown);
      if (objection != null) {
        throw new CannotGrow("volume %s: %s".formatted(name, objection));
      }
      return grown;
    } catch (IllegalArgumentException e) {
      throw new CannotGrow("volume %s: %s".formatted(name, e.getMessage()));
    }
  }

  /// A block device must have the room already. What it holds there nobody knows, and nobody sees
  /// yet: it becomes zeros, durably.
  void prepare(Geometry before, Geometry grown) throws IOException {
    BlockDevice device = files.device();
    try {
      device.checkGrowth(grown.size());
    } catch (IOException e) {
      throw new CannotGrow(
          "%s cannot have %d bytes: %s".formatted(device, grown.size(), FileTrouble.said(e)));
    }
    if (device.growsByZeros()) {
      return;
    }
    try {
      device.grow(grown.size());
      for (long at = before.size(); at < grown.size(); at += PIECE) {
        device.zero(at, Math.min(PIECE, grown.size() - at));
      }
    } catch (IOException e) {
      throw new CannotGrow(FileTrouble.said(e));
    }
    try {
      device.force();
    } catch (IOException e) {
      throw fitness.stop("a force of %s failed".formatted(device), e);
    }
  }

  interface Saving {
    void save(Ownership grown) throws IOException;
  }

  /// Called while nothing else is appended. Whatever goes wrong stops the volume; a restart then
  /// brings it to an end if the history has it.
  void carryOut(Ownership before, Geometry grown, Saving saving) throws IOException {
    var after = new Ownership(before.volume(), grown, before.owner());
    try {
      capture.alone(() -> {
        Appended said = journal.appendSuspended(new Body.Grow(grown.size()), "grow");
        journal.force(said.last());
        files.device().grow(grown.size());
        files.chunks().grow(grown, said.last());
        files.grow(before.volume(), grown, journal);
        saving.save(after);
        capture.adopt(grown);
        journal.applied(said);
      });
    } catch (IOException e) {
      throw fitness.stop("it could not be made larger", e);
    } catch (RuntimeException | Error e) {
      fitness.stop("it could not be made larger: " + e);
      throw e;
    }
  }
}
