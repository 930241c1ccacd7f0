package io.blocktail.deploy.plan;

import io.blocktail.deploy.plan.PlannedVolume.Content;
import io.blocktail.volume.FileDevice;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a plan needs of this machine, asked before anything is created or started.
///
/// @param places where its files are, or will be made
public record Requirements(Plan plan, Places places) {
  /// @throws RefusedException naming the first thing that is missing or in the way
  public void check() {
    checkFilesDiffer();
    plan.volumes().forEach(this::checkVolume);
    plan.targets().forEach(this::checkTarget);
    checkPorts();
  }

  /// Two names for one file would make each other's content wrong.
  private void checkFilesDiffer() {
    Map<Object, String> owners = new HashMap<>();
    for (PlannedVolume volume : plan.volumes()) {
      claim(owners, places.image(volume), "volume " + volume.name());
    }
    for (PlannedTarget target : plan.targets()) {
      claim(owners, places.image(target), "target " + target.label());
    }
  }

  private static void claim(Map<Object, String> owners, Path file, String owner) {
    String other = owners.putIfAbsent(identity(file), owner);
    if (other != null) {
      throw new RefusedException("%s and %s are both in %s".formatted(other, owner, file));
    }
  }

  /// What is the same for all names of a file, hard links too.
  private static Object identity(Path file) {
    try {
      Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
      return key == null ? real(file) : key;
    } catch (IOException notThereYet) {
      return real(file);
    }
  }

  /// The path with its links followed, as far as it exists.
  private static Path real(Path file) {
    try {
      return file.toRealPath();
    } catch (IOException notThereYet) {
      Path parent = file.getParent();
      Path name = file.getFileName();
      return parent == null || name == null ? file : real(parent).resolve(name);
    }
  }

  private void checkVolume(PlannedVolume volume) {
    if (!(volume.content() instanceof Content.Existing(Path file))) {
      return;
    }
    String what = "volume " + volume.name();
    if (!Files.exists(file)) {
      throw new RefusedException(
          "%s: there is no file %s. (A size is digits and K, M, G or T, for example 1G.)"
              .formatted(what, file));
    }
    Size.check(sizeOf(file, what), "%s: the size of %s".formatted(what, file));
  }

  private void checkTarget(PlannedTarget target) {
    Path file = target.file();
    if (file == null) {
      return;
    }
    String what = "target " + target.label();
    if (!Files.exists(file)) {
      Path parent = file.getParent();
      if (parent == null || !Files.isDirectory(parent)) {
        throw new RefusedException(
            "%s: there is no directory %s to make %s in".formatted(what, parent, file));
      }
      return;
    }
    long size = sizeOf(file, what);
    Optional<Long> needed = plan.volume(target.volume()).flatMap(Requirements::volumeSize);
    if (size > 0 && needed.isPresent() && size < needed.get()) {
      throw new RefusedException(
          "%s: %s has %d bytes, but volume %s has %d. A target must be as large as its volume"
              .formatted(what, file, size, target.volume(), needed.get()));
    }
    if (!places.hasCheckpoint(target) && hasContent(file, size, what)) {
      throw new RefusedException(
          ("%s: %s has content, and nothing says what it is a copy of. Starting from a copy is not"
                  + " supported yet: give a new or an empty file")
              .formatted(what, file));
    }
  }

  private static Optional<Long> volumeSize(PlannedVolume volume) {
    return Optional.of(
        switch (volume.content()) {
          case Content.Empty(Size size) -> size.bytes();
          case Content.Existing(Path file) -> sizeOf(file, "volume " + volume.name());
        });
  }

  private static long sizeOf(Path file, String what) {
    if (Files.isDirectory(file)) {
      throw new RefusedException("%s: %s is a directory".formatted(what, file));
    }
    try (var device = FileDevice.open(file)) { // refused while another up has it
      return device.size();
    } catch (IOException e) {
      throw unusable(file, what, e);
    }
  }

  /// Whether any byte is not zero. Holes are read quickly; a file with content ends this early.
  private static boolean hasContent(Path file, long size, String what) {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      var buffer = ByteBuffer.allocateDirect(1 << 20);
      for (long at = 0; at < size; at += buffer.limit()) {
        buffer.clear();
        if (channel.read(buffer, at) <= 0) {
          return false;
        }
        buffer.flip();
        if (buffer.mismatch(ByteBuffer.allocate(buffer.limit())) >= 0) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      throw unusable(file, what, e);
    }
  }

  private static RefusedException unusable(Path file, String what, IOException e) {
    String why = e instanceof NoSuchFileException ? "there is no such file" : Reasons.of(e);
    return new RefusedException(
        "%s: %s cannot be read and written: %s".formatted(what, file, why), e);
  }

  private void checkPorts() {
    List<String> busy = new ArrayList<>();
    plan.ports()
        .all(plan.kafka() == null)
        .forEach((port, who) -> {
          if (!isFree(port)) {
            busy.add("%d (%s)".formatted(port, who));
          }
        });
    if (!busy.isEmpty()) {
      throw new RefusedException(
          "busy: port %s. Is another up running? --port-offset N moves all ports by N"
              .formatted(String.join(", port ", busy)));
    }
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true); // what lingers after a former run is no reason to refuse
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
