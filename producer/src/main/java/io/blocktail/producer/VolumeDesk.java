package io.blocktail.producer;

import io.blocktail.producer.capture.Footprint;
import io.blocktail.producer.capture.Mark;
import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.producer.publish.TopicSetup;
import io.blocktail.producer.publish.TopicUnavailable;
import io.blocktail.storage.Disk;
import io.blocktail.storage.FileDisk;
import io.blocktail.storage.FileTrouble;
import io.blocktail.volume.Geometry;
import io.blocktail.volume.VolumeName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Makes and deletes volumes while the producer runs. What is being done is in the list of made
/// volumes first, so that a restart finds it. One thing at a time.
final class VolumeDesk {
  private static final Logger LOG = Logger.getLogger(VolumeDesk.class);

  /// How long a deletion waits for Kafka to have all.
  private static final Duration PUBLISHING = Duration.ofSeconds(5);

  private static final long LOOK_MILLIS = 20;

  /// What somebody wants made.
  ///
  /// @param size in bytes; null where the file is there
  /// @param file null for one of the volume's name in the directory of made volumes
  /// @param directory likewise
  record Wish(
      @Nullable String name,
      @Nullable Long size,
      @Nullable String file,
      @Nullable String directory,
      @Nullable Boolean readOnly) {}

  /// What becomes of a deleted volume's things.
  ///
  /// @param force whether clients are cut off, and what was not published yet may be lost
  /// @param data whether its file is deleted too
  /// @param stream whether its topic, which is its history, is deleted too
  record Farewell(boolean force, boolean data, boolean stream) {}

  private final Producer producer;
  private final VolumeList list;
  private final TopicSetup topics;
  private final boolean anywhere;

  VolumeDesk(Producer producer, VolumeList list, TopicSetup topics, boolean anywhere) {
    this.producer = producer;
    this.list = list;
    this.topics = topics;
    this.anywhere = anywhere;
  }

  synchronized RunningVolume create(Wish wish) throws Refusal {
    VolumeName name = name(wish);
    if (producer.knows(name.value())) {
      throw Refusal.conflict("there is a volume %s already".formatted(name));
    }
    MadeVolume volume = plan(name, wish);
    refuseShared(volume);
    refuseFormerStream(name);
    try {
      Disk directory = FileDisk.open(volume.directory());
      if (SourceVolume.isMade(directory)) {
        throw Refusal.conflict(
            "volume %s: %s is the directory of a volume already".formatted(name, directory));
      }
      if (Boolean.TRUE.equals(wish.readOnly())) {
        Mark.open(directory, Mark.Kind.READ_ONLY).begin(Instant.now());
      }
      list.put(volume);
    } catch (IOException e) {
      throw Refusal.conflict("volume %s: %s".formatted(name, FileTrouble.said(e)));
    }
    try {
      return producer.admit(name, volume);
    } catch (IOException e) {
      forget(name.value());
      throw Refusal.conflict(
          "volume %s could not be made: %s".formatted(name, FileTrouble.said(e)));
    }
  }

  private static VolumeName name(Wish wish) throws Refusal {
    String name = wish.name();
    if (name == null) {
      throw Refusal.bad("a volume needs a name");
    }
    try {
      return new VolumeName(name);
    } catch (IllegalArgumentException e) {
      throw Refusal.bad(String.valueOf(e.getMessage()));
    }
  }

  private MadeVolume plan(VolumeName name, Wish wish) throws Refusal {
    Path file = place(name, "file", wish.file(), name + ".img");
    Path directory = place(name, "directory", wish.directory(), name.value());
    Long size = wish.size();
    if (Files.exists(file) && size != null) {
      throw Refusal.conflict(
          "volume %s: %s is there already: leave the size out to begin with its content"
              .formatted(name, file));
    }
    if (!Files.exists(file)) {
      if (size == null) {
        throw Refusal.bad(
            "volume %s: there is no file %s; to have it made, say its size".formatted(name, file));
      }
      try {
        String objection = Footprint.objection(Geometry.of(size));
        if (objection != null) {
          throw Refusal.conflict("volume %s: %s".formatted(name, objection));
        }
      } catch (IllegalArgumentException e) {
        throw Refusal.bad("volume %s: %s".formatted(name, e.getMessage()));
      }
    }
    return new MadeVolume(name.value(), file, directory, size, false);
  }

  private Path place(VolumeName name, String what, @Nullable String given, String usual)
      throws Refusal {
    Path home = list.directory();
    Path place = home.resolve(given == null ? usual : given).normalize();
    if (list.isOwn(place)) {
      throw Refusal.conflict(
          "volume %s: the %s %s is where the list of volumes is kept: give it another name"
              .formatted(name, what, place));
    }
    if (!anywhere && !(place.startsWith(home) && place.getNameCount() > home.getNameCount())) {
      throw Refusal.conflict(
          "volume %s: the %s %s is not in %s; to allow that, set blocktail.create-anywhere"
              .formatted(name, what, place, home));
    }
    return place;
  }

  private void refuseShared(MadeVolume volume) throws Refusal {
    String user = producer.userAround(volume);
    if (user != null) {
      throw Refusal.conflict(
          "volume %s: its file or directory is volume %s's too, or in the other's directory"
              .formatted(volume.name(), user));
    }
  }

  /// The history of a volume that had this name is its audit trail, and no part of the new one's.
  private void refuseFormerStream(VolumeName name) throws Refusal {
    try {
      if (topics.hasChanges(name)) {
        throw Refusal.conflict(
            "volume %s: there is a topic with the history of a former volume of this name: give the new one another name, or delete that topic if nobody needs the history"
                .formatted(name));
      }
    } catch (TopicUnavailable e) {
      throw Refusal.conflict(
          "volume %s: Kafka cannot be asked whether there is a history under this name: %s"
              .formatted(name, e.getMessage()));
    }
  }

  private void forget(String name) {
    try {
      list.remove(name);
    } catch (IOException e) {
      LOG.errorf(e, "volume %s stays in the list of volumes, although it could not be made", name);
    }
  }

  /// Clients leave, what was captured is published, and nothing of the volume is left but what is
  /// to be kept.
  synchronized void delete(String name, Farewell farewell) throws Refusal {
    MadeVolume volume = list.find(name).orElse(null);
    if (volume == null) {
      throw producer.knows(name)
          ? Refusal.conflict(
              "volume %s stands in the configuration: to delete it, remove blocktail.volumes.%s and restart the producer"
                  .formatted(name, name))
          : Refusal.unknown("there is no volume '" + name + "'");
    }
    RunningVolume running = producer.running(name).orElse(null);
    if (!farewell.force() && !volume.leaving()) {
      if (running == null) {
        throw Refusal.conflict(
            "volume %s is not open, so that nobody knows what it has not published yet: mend it first, or force it"
                .formatted(name));
      }
      refuseInUse(name, running);
    }
    try {
      list.put(volume.onItsWayOut());
      producer.dismiss(name);
      erase(new VolumeName(name), volume, farewell);
      list.remove(name);
      producer.forget(name);
    } catch (IOException e) {
      String reason =
          "it is being deleted, which could not be done to its end: %s. Ask for it again"
              .formatted(FileTrouble.said(e));
      producer.broken(volume, reason);
      throw Refusal.conflict("volume %s: %s".formatted(name, reason));
    }
    LOG.infof("volume %s was deleted", name);
  }

  private void refuseInUse(String name, RunningVolume running) throws Refusal {
    int users = producer.clients(name);
    if (users > 0) {
      throw Refusal.conflict(
          "volume %s has %d clients; let them leave first, or force it".formatted(name, users));
    }
    long deadline = System.nanoTime() + PUBLISHING.toNanos();
    while (lacking(running) > 0) {
      if (System.nanoTime() - deadline > 0) {
        throw Refusal.conflict(
            "volume %s: %d events are not published yet (%s); they would be lost. Wait, resume it, or force it"
                .formatted(name, lacking(running), StateName.of(running)));
      }
      try {
        Thread.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw Refusal.conflict("the producer stops");
      }
    }
  }

  private static long lacking(RunningVolume running) {
    Progress progress = running.progress();
    return progress.sequence() - progress.published() + running.volume().dirtyChunks();
  }

  /// Can be done again and again.
  private void erase(VolumeName name, MadeVolume volume, Farewell farewell) throws IOException {
    if (farewell.stream()) {
      topics.deleteChanges(name);
    }
    SourceVolume.erase(FileDisk.open(volume.directory()));
    if (Files.isDirectory(volume.directory()) && isEmpty(volume.directory())) {
      Files.delete(volume.directory());
    }
    if (farewell.data() && Files.isRegularFile(volume.image())) {
      Files.delete(volume.image());
    }
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      return files.findAny().isEmpty();
    }
  }
}
