package io.blocktail.producer;

import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.producer.publish.MessageTopic;
import io.blocktail.producer.pull.NbdUri;
import io.blocktail.producer.pull.Pulled;
import io.blocktail.producer.scan.Changes;
import io.blocktail.producer.scan.FileChanges;
import io.blocktail.producer.scan.ObservedDevice;
import io.blocktail.producer.scan.ScanFiles;
import io.blocktail.producer.scan.ScanLog;
import io.blocktail.producer.scan.ScanSettings;
import io.blocktail.producer.scan.Scanner;
import io.blocktail.storage.Disk;
import io.blocktail.storage.FileTrouble;
import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.FileDevice;
import io.blocktail.volume.Geometry;
import io.blocktail.volume.VolumeName;
import io.quarkus.runtime.configuration.MemorySize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// A volume that somebody else writes, opened to be looked at. It is not exported: between two
/// scans its device holds what the history does not have, and a copy that is taken of it would fit
/// to no place of the history.
final class Observation {
  private static final int CORES = Runtime.getRuntime().availableProcessors();
  private static final Duration IDLE_WORKER = Duration.ofSeconds(10);

  /// What is looked at.
  ///
  /// @param key that names it
  /// @param place for people
  private record Looked(
      String key, String place, ObservedDevice.Opening opening, Changes changes) {}

  private final ProducerConfig.Volume config;
  private final VolumeName name;
  private final String place;
  private final Disk directory;
  private final ScanLog log;
  private final ObservedDevice device;
  private final Changes changes;

  private Observation(
      ProducerConfig.Volume config,
      VolumeName name,
      String place,
      Disk directory,
      ScanLog log,
      ObservedDevice device,
      Changes changes) {
    this.config = config;
    this.name = name;
    this.place = place;
    this.directory = directory;
    this.log = log;
    this.device = device;
    this.changes = changes;
  }

  /// @param name as it stands in the configuration, and [ConfiguredVolume#judge] lets pass
  static Observation open(String name, ProducerConfig.Volume config) throws UnusableVolume {
    String key = "blocktail.volumes." + name;
    Disk directory = ConfiguredVolume.directory(key + ".directory", config.directory());
    try {
      OptionalLong known = madeSize(key, directory);
      Looked looked =
          config.capture() == ProducerConfig.Capture.PULL ? pulled(config) : file(key, config);
      ScanLog log = ScanLog.open(directory);
      long size = known.isPresent() ? known.getAsLong() : presentSize(key + looked.key(), looked);
      return new Observation(
          config,
          new VolumeName(name),
          looked.place(),
          directory,
          log,
          new ObservedDevice(looked.place(), size, looked.opening()),
          looked.changes());
    } catch (UnusableVolume e) {
      throw e;
    } catch (IOException e) {
      throw new UnusableVolume(
          key + ".directory", "%s cannot be used: %s".formatted(directory, FileTrouble.said(e)), e);
    }
  }

  private static Looked pulled(ProducerConfig.Volume config) {
    NbdUri server = NbdUri.parse(config.pull().uri().orElseThrow());
    var pulled = new Pulled(server, config.pull().bitmap().orElseThrow());
    return new Looked(".pull.uri", server.text(), pulled, pulled);
  }

  private static Looked file(String key, ProducerConfig.Volume config) throws UnusableVolume {
    Path file = config.file().orElseThrow().toAbsolutePath();
    return new Looked(
        ".file",
        file.toString(),
        () -> FileDevice.openReadOnly(file),
        changes(key, file, config.scan()));
  }

  /// Of a volume that was made before, the size that it has.
  private static OptionalLong madeSize(String key, Disk directory) throws IOException {
    OptionalLong size = SourceVolume.madeSize(directory);
    if (size.isPresent() && !ScanLog.isThere(directory)) {
      throw new UnusableVolume(
          key + ".capture",
          "%s is of a volume that NBD clients wrote, which may hold what its file does not have yet: to scan its file as a new volume, name another directory"
              .formatted(directory),
          null);
    }
    return size;
  }

  private static long presentSize(String key, Looked looked) throws UnusableVolume {
    try (BlockDevice found = looked.opening().open()) {
      var _ = Geometry.of(found.size());
      return found.size();
    } catch (IOException e) {
      throw new UnusableVolume(key, "it cannot be opened: " + FileTrouble.said(e), e);
    } catch (IllegalArgumentException e) {
      throw new UnusableVolume(key, String.valueOf(e.getMessage()), e);
    }
  }

  private static Changes changes(String key, Path file, ProducerConfig.Scan config)
      throws UnusableVolume {
    if (!config.watch()) {
      return FileChanges.unwatched(file);
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new UnusableVolume(
          key + ".scan.watch",
          "the system does not say when %s is written to: leave it out and let %s.scan.period say when to scan"
              .formatted(file, key),
          null);
    }
    try {
      return FileChanges.watching(file, config.settle());
    } catch (IOException e) {
      throw new UnusableVolume(
          key + ".scan.watch", "%s cannot be watched: %s".formatted(file, FileTrouble.said(e)), e);
    }
  }

  ProducerConfig.Capture capture() {
    return config.capture();
  }

  /// What is opened as the volume's device.
  ConfiguredVolume configured() {
    return new ConfiguredVolume(name, place, device, directory, false);
  }

  Scanner scanner(SourceVolume volume, MessageTopic digests) throws IOException {
    var settings =
        new ScanSettings(
            // Another bitmap knows nothing of the changes before it was made.
            config.pull().bitmap().map(bitmap -> place + " " + bitmap).orElse(place),
            config.scan().period(),
            config.capture() == ProducerConfig.Capture.PULL
                ? config.pull().period()
                : Duration.ZERO,
            config.scan().watch(),
            config.scan().rate().stream().mapToLong(MemorySize::asLongValue).findFirst(),
            2 * CORES);
    return new Scanner(
        volume,
        device,
        ScanFiles.open(directory, log, volume),
        settings,
        changes,
        digests,
        workers(),
        Clock.systemUTC(),
        System::nanoTime);
  }

  /// One for each core, which go when there is nothing to do.
  private Executor workers() {
    var pool =
        new ThreadPoolExecutor(
            CORES,
            CORES,
            IDLE_WORKER.toMillis(),
            TimeUnit.MILLISECONDS,
            new LinkedBlockingQueue<>(),
            task ->
                Thread.ofPlatform()
                    .daemon()
                    .name("look-" + name)
                    .unstarted(() -> {
                      Niceness.lower();
                      task.run();
                    }));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }
}
