package io.blocktail.deploy.directory;

import io.blocktail.deploy.plan.Places;
import io.blocktail.deploy.plan.Plan;
import io.blocktail.deploy.plan.PlannedTarget;
import io.blocktail.deploy.plan.PlannedVolume;
import io.blocktail.deploy.plan.PlannedVolume.Content;
import io.blocktail.deploy.plan.Reasons;
import io.blocktail.deploy.plan.RefusedException;
import io.blocktail.volume.VolumeName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Where everything lies in DIR.
///
/// ```
/// blocktail.json              the plan: what the next start takes up again
/// lock                        held while an up runs here
/// nbd.sock
/// volumes/NAME.img            sources without a file of their own
/// targets/VOLUME/NAME.img     replicas without a file of their own
/// producer/NAME/              journal, checkpoint, chunk records
/// consumer/VOLUME/NAME/       versions, checkpoint
/// validator/  kafka/
/// config/*.properties         written anew at each start
/// logs/                       rotated
/// run/NAME.pid                the children's process ids
/// app/                        the program that runs
/// ```
///
/// @param root absolute
public record Directory(Path root) implements Places {
  /// What `sun_path` holds on Linux, less its final zero.
  private static final int LONGEST_SOCKET = 107;

  public Directory {
    root = root.toAbsolutePath().normalize();
  }

  public Path memory() {
    return root.resolve("blocktail.json");
  }

  public Path lock() {
    return root.resolve("lock");
  }

  public Path socket() {
    return root.resolve("nbd.sock");
  }

  /// Whether the system can bind a socket of that path; a longer one has none.
  public boolean hasSocket() {
    return socket().toString().getBytes(StandardCharsets.UTF_8).length <= LONGEST_SOCKET;
  }

  public Path kafka() {
    return root.resolve("kafka");
  }

  public Path validator() {
    return root.resolve("validator");
  }

  public Path logs() {
    return root.resolve("logs");
  }

  public Path app() {
    return root.resolve("app");
  }

  public Path config(String child) {
    return root.resolve("config").resolve(child + ".properties");
  }

  public Path pid(String child) {
    return root.resolve("run").resolve(child + ".pid");
  }

  public Path log(String child) {
    return logs().resolve(child + ".log");
  }

  /// What a child printed itself, before its own log began or after it broke.
  public Path output(String child) {
    return logs().resolve(child + ".out");
  }

  @Override
  public Path image(PlannedVolume volume) {
    return switch (volume.content()) {
      case Content.Empty _ -> root.resolve("volumes").resolve(volume.name() + ".img");
      case Content.Existing(Path file) -> file;
    };
  }

  @Override
  public Path image(PlannedTarget target) {
    Path own =
        root.resolve("targets").resolve(target.volume().value()).resolve(target.name() + ".img");
    return Objects.requireNonNullElse(target.file(), own);
  }

  public Path madeVolumes() {
    return root.resolve("volumes");
  }

  public Path state(VolumeName volume) {
    return root.resolve("producer").resolve(volume.value());
  }

  public Path state(PlannedTarget target) {
    return root.resolve("consumer").resolve(target.volume().value()).resolve(target.name().value());
  }

  @Override
  public boolean hasCheckpoint(PlannedTarget target) {
    return Files.exists(state(target).resolve("checkpoint"));
  }

  /// Whether the volume has been served before.
  public boolean wasServed(PlannedVolume volume) {
    Path state = state(volume.name());
    if (!Files.isDirectory(state)) {
      return false;
    }
    try (var entries = Files.list(state)) {
      return entries.findAny().isPresent();
    } catch (IOException e) {
      throw new RefusedException("%s cannot be read: %s".formatted(state, Reasons.of(e)), e);
    }
  }

  /// Refuses a directory that has lost an image: made anew, it would be all zeros, and so would its
  /// replicas.
  public void checkImages(Plan plan) {
    for (PlannedVolume volume : plan.volumes()) {
      if (wasServed(volume) && !Files.exists(image(volume))) {
        throw lost(volume, plan.kafka());
      }
    }
    for (PlannedTarget target : plan.targets()) {
      if (hasCheckpoint(target) && !Files.exists(image(target))) {
        throw new RefusedException(
            "target %s: its file %s is gone. Bring it back, or remove %s as well: then the copy is made anew"
                .formatted(target.label(), image(target), state(target)));
      }
    }
  }

  /// An empty volume cannot take its place under its name: the stream in Kafka is the lost one's.
  private RefusedException lost(PlannedVolume volume, @Nullable String kafka) {
    String anew =
        kafka == null
            ? "use another --dir"
            : "use another --dir and another name, since the Kafka at %s keeps this one's stream"
                .formatted(kafka);
    return new RefusedException(
        "volume %s: its file %s is gone. Bring it back. To begin with an empty volume, %s"
            .formatted(volume.name(), image(volume), anew));
  }

  /// Refuses what is neither new, nor empty, nor a directory of ours.
  public void checkUsable() {
    if (Files.exists(root) && !Files.isDirectory(root)) {
      throw new RefusedException("--dir %s: it is not a directory".formatted(root));
    }
    Path existing = root;
    while (!Files.exists(existing)) {
      existing = Objects.requireNonNull(existing.getParent(), "the root directory exists");
    }
    if (!Files.isDirectory(existing) || !Files.isWritable(existing)) {
      throw new RefusedException(
          "--dir %s: %s is not a directory that can be written to".formatted(root, existing));
    }
    if (Files.isDirectory(root) && !Files.exists(memory()) && holdsSomethingElse()) {
      throw new RefusedException(
          "--dir %s: the directory is neither empty nor one that up made (it has no %s)"
              .formatted(root, memory().getFileName()));
    }
  }

  private boolean holdsSomethingElse() {
    try (var entries = Files.list(root)) {
      return entries.anyMatch(entry -> !entry.equals(lock()));
    } catch (IOException e) {
      throw new RefusedException("--dir %s: %s".formatted(root, Reasons.of(e)), e);
    }
  }

  /// Makes the directories that the launcher itself writes to, and those of the images.
  public void create() {
    try {
      for (String child : new String[] {"volumes", "targets", "config", "logs", "run"}) {
        Files.createDirectories(root.resolve(child));
      }
    } catch (IOException e) {
      throw new RefusedException(
          "--dir %s cannot be written to: %s".formatted(root, Reasons.of(e)), e);
    }
  }

  /// Removes a directory with all that is in it.
  static void remove(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e)
              throws IOException {
            if (e != null) {
              throw e;
            }
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
