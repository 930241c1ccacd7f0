package io.blocktail.producer;

import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.storage.Disk;
import io.blocktail.storage.FileDisk;
import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.FileDevice;
import io.blocktail.volume.Geometry;
import io.blocktail.volume.VolumeName;
import io.quarkus.runtime.configuration.MemorySize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// A volume's configuration, judged, and its files, opened.
///
/// @param created whether the file was made here, so that it is known to hold nothing
record ConfiguredVolume(
    VolumeName name, Path file, BlockDevice device, Disk directory, boolean created) {
  /// @param name as it stands in the configuration
  static ConfiguredVolume open(String name, ProducerConfig.Volume config) {
    String key = "blocktail.volumes." + name;
    VolumeName volume = name(key, name);
    Disk directory = directory(key + ".directory", config.directory());
    Path file = config.file().toAbsolutePath();
    boolean exists = Files.exists(file);
    if (!exists) {
      refuseIfLost(key, file, directory);
    }
    BlockDevice device =
        exists ? existing(key, file, config.size()) : created(key, file, config.size());
    return new ConfiguredVolume(volume, file, device, directory, !exists);
  }

  private static VolumeName name(String key, String name) {
    try {
      return new VolumeName(name);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationError(key, String.valueOf(e.getMessage()), e);
    }
  }

  private static Disk directory(String key, Path directory) {
    try {
      Disk disk = FileDisk.open(directory);
      if (!Files.isWritable(directory)) {
        throw new ConfigurationError(key, "directory " + directory + " is not writable", null);
      }
      return disk;
    } catch (IOException e) {
      throw new ConfigurationError(
          key, "directory %s cannot be used: %s".formatted(directory, e), e);
    }
  }

  private static BlockDevice existing(String key, Path file, Optional<MemorySize> size) {
    FileDevice device;
    try {
      device = FileDevice.open(file);
    } catch (IOException e) {
      throw new ConfigurationError(key + ".file", "%s cannot be opened: %s".formatted(file, e), e);
    }
    try {
      checkSize(key + ".file", device.size());
      if (size.isPresent() && size.get().asLongValue() != device.size()) {
        throw new ConfigurationError(
            key + ".size",
            "%d bytes are configured, but %s has %d"
                .formatted(size.get().asLongValue(), file, device.size()),
            null);
      }
      return device;
    } catch (ConfigurationError e) {
      close(device, e);
      throw e;
    }
  }

  private static void close(FileDevice device, ConfigurationError because) {
    try {
      device.close();
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  private static BlockDevice created(String key, Path file, Optional<MemorySize> size) {
    if (size.isEmpty()) {
      throw new ConfigurationError(
          key + ".file",
          "there is no file %s; to have it made, configure %s.size".formatted(file, key),
          null);
    }
    checkSize(key + ".size", size.get().asLongValue());
    try {
      Files.createDirectories(file.getParent());
      return FileDevice.create(file, size.get().asLongValue());
    } catch (IOException e) {
      throw new ConfigurationError(key + ".file", "%s cannot be made: %s".formatted(file, e), e);
    }
  }

  /// A new file in the place of a lost one would be zeros that nobody has written.
  private static void refuseIfLost(String key, Path file, Disk directory) {
    try {
      if (SourceVolume.isMade(directory)) {
        throw new ConfigurationError(
            key + ".file",
            "%s is missing, although %s says that it was a volume: put it back; to begin with an empty volume instead, remove that directory"
                .formatted(file, directory),
            null);
      }
    } catch (IOException e) {
      throw new ConfigurationError(
          key + ".directory", "%s cannot be read: %s".formatted(directory, e), e);
    }
  }

  private static void checkSize(String key, long size) {
    try {
      var _ = Geometry.of(size);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationError(key, String.valueOf(e.getMessage()), e);
    }
  }
}
