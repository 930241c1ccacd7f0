package io.blocktail.producer;

import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.producer.pull.NbdUri;
import io.blocktail.producer.scan.ScanLog;
import io.blocktail.storage.Disk;
import io.blocktail.storage.FileDisk;
import io.blocktail.storage.FileTrouble;
import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.FileDevice;
import io.blocktail.volume.Geometry;
import io.blocktail.volume.VolumeName;
import io.quarkus.runtime.configuration.MemorySize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// A volume's files, opened.
///
/// @param file where they are, for people
/// @param created whether the file was made here, so that it is known to hold nothing
record ConfiguredVolume(
    VolumeName name, String file, BlockDevice device, Disk directory, boolean created) {
  /// Judges what can be judged without a look at any file.
  ///
  /// @param name as it stands in the configuration
  /// @throws ConfigurationError that names the key
  static void judge(String name, ProducerConfig.Volume config) {
    String key = "blocktail.volumes." + name;
    try {
      var _ = new VolumeName(name);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationError(key, String.valueOf(e.getMessage()), e);
    }
    try {
      judgeCapture(key, config);
      config.size().ifPresent(size -> Geometry.of(size.asLongValue()));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationError(key + ".size", String.valueOf(e.getMessage()), e);
    }
  }

  private static void judgeCapture(String key, ProducerConfig.Volume config) {
    boolean pulls = config.capture() == ProducerConfig.Capture.PULL;
    if (pulls == config.file().isPresent()) {
      throw new ConfigurationError(
          key + ".file",
          pulls ? "a volume that is pulled has none, but " + key + ".pull.uri" : "not given",
          null);
    }
    if (config.capture() != ProducerConfig.Capture.NBD && config.size().isPresent()) {
      throw new ConfigurationError(
          key + ".size", "a volume that somebody else writes has the size that it has there", null);
    }
    if (pulls) {
      need(key + ".pull.uri", config.pull().uri());
      judgeUri(key + ".pull.uri", config.pull().uri().orElseThrow());
      need(key + ".pull.bitmap", config.pull().bitmap());
    }
  }

  private static void judgeUri(String key, String uri) {
    try {
      var _ = NbdUri.parse(uri);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationError(key, String.valueOf(e.getMessage()), e);
    }
  }

  private static void need(String key, Optional<String> value) {
    if (value.isEmpty()) {
      throw new ConfigurationError(key, "not given", null);
    }
  }

  /// @param name as it stands in the configuration, and [#judge] lets pass
  static ConfiguredVolume open(String name, ProducerConfig.Volume config) throws UnusableVolume {
    String key = "blocktail.volumes." + name;
    Disk directory = directory(key + ".directory", config.directory());
    refuseIfScanned(key, directory);
    Path file = config.file().orElseThrow().toAbsolutePath();
    boolean exists = Files.exists(file);
    if (!exists) {
      refuseIfLost(key, file, directory);
    }
    BlockDevice device =
        exists ? existing(key, file, config.size(), directory) : created(key, file, config.size());
    return new ConfiguredVolume(new VolumeName(name), file.toString(), device, directory, !exists);
  }

  static Disk directory(String key, Path directory) throws UnusableVolume {
    Disk disk;
    try {
      disk = FileDisk.open(directory);
    } catch (IOException e) {
      throw new UnusableVolume(
          key, "the directory %s cannot be used: %s".formatted(directory, FileTrouble.said(e)), e);
    }
    if (!Files.isWritable(directory)) {
      throw new UnusableVolume(key, "the directory " + directory + " is not writable", null);
    }
    return disk;
  }

  /// What was a volume already may be smaller than configured, and grows then, or larger, since it
  /// has grown.
  private static BlockDevice existing(
      String key, Path file, Optional<MemorySize> size, Disk directory) throws UnusableVolume {
    FileDevice device;
    try {
      device = FileDevice.open(file);
    } catch (IOException e) {
      throw new UnusableVolume(
          key + ".file", "%s cannot be opened: %s".formatted(file, FileTrouble.said(e)), e);
    }
    try {
      checkSize(key + ".file", device.size());
      if (size.isPresent()
          && size.get().asLongValue() != device.size()
          && !isMade(key, directory)) {
        throw new UnusableVolume(
            key + ".size",
            "%d bytes are configured, but %s has %d"
                .formatted(size.get().asLongValue(), file, device.size()),
            null);
      }
      return device;
    } catch (UnusableVolume e) {
      close(device, e);
      throw e;
    }
  }

  private static void close(FileDevice device, UnusableVolume because) {
    try {
      device.close();
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  private static BlockDevice created(String key, Path file, Optional<MemorySize> size)
      throws UnusableVolume {
    if (size.isEmpty()) {
      throw new UnusableVolume(
          key + ".file",
          "there is no file %s; to have it made, configure %s.size".formatted(file, key),
          null);
    }
    try {
      Files.createDirectories(file.getParent());
      return FileDevice.create(file, size.get().asLongValue());
    } catch (IOException e) {
      throw new UnusableVolume(
          key + ".file", "%s cannot be made: %s".formatted(file, FileTrouble.said(e)), e);
    }
  }

  /// What it holds and what its history says are not the same between two scans.
  private static void refuseIfScanned(String key, Disk directory) throws UnusableVolume {
    try {
      if (ScanLog.isThere(directory)) {
        throw new UnusableVolume(
            key + ".capture",
            "%s is of a volume that was scanned or pulled: to have NBD clients write it as a new volume, name another directory"
                .formatted(directory),
            null);
      }
    } catch (UnusableVolume e) {
      throw e;
    } catch (IOException e) {
      throw new UnusableVolume(
          key + ".directory", "%s cannot be read: %s".formatted(directory, FileTrouble.said(e)), e);
    }
  }

  /// A new file in the place of a lost one would be zeros that nobody has written.
  private static void refuseIfLost(String key, Path file, Disk directory) throws UnusableVolume {
    if (isMade(key, directory)) {
      throw new UnusableVolume(
          key + ".file",
          "%s is missing, although %s says that it was a volume: put it back; to begin with an empty volume instead, remove that directory"
              .formatted(file, directory),
          null);
    }
  }

  private static boolean isMade(String key, Disk directory) throws UnusableVolume {
    try {
      return SourceVolume.isMade(directory);
    } catch (IOException e) {
      throw new UnusableVolume(
          key + ".directory", "%s cannot be read: %s".formatted(directory, FileTrouble.said(e)), e);
    }
  }

  private static void checkSize(String key, long size) throws UnusableVolume {
    try {
      var _ = Geometry.of(size);
    } catch (IllegalArgumentException e) {
      throw new UnusableVolume(key, String.valueOf(e.getMessage()), e);
    }
  }
}
