package io.blocktail.producer;

import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The volumes of a producer, wherever they come from: the configuration or the list of those that
/// were made. Safe for many threads.
final class Roster {
  private final Map<String, ProducerConfig.Volume> known = new HashMap<>();
  private final TreeMap<String, RunningVolume> running = new TreeMap<>();
  private final TreeMap<String, BrokenVolume> broken = new TreeMap<>();

  /// Takes a name and the places of a volume.
  ///
  /// @return which volume has one of them already; null when none has
  synchronized @Nullable String take(String name, ProducerConfig.Volume volume) {
    String user = known.containsKey(name) ? name : userOf(volume);
    if (user == null) {
      known.put(name, volume);
    }
    return user;
  }

  synchronized boolean knows(String name) {
    return known.containsKey(name);
  }

  /// Which volume uses one of the volume's places; null when none does.
  synchronized @Nullable String userOf(ProducerConfig.Volume volume) {
    return known.entrySet().stream()
        .filter(other ->
            shareFile(other.getValue(), volume) || shareDirectory(other.getValue(), volume))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(null);
  }

  /// Which volume uses one of the places of a new one, or one inside of them, or around them; null
  /// when none does.
  synchronized @Nullable String userAround(MadeVolume volume) {
    return known.entrySet().stream()
        .filter(other -> overlap(other.getValue(), volume))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(null);
  }

  private static boolean overlap(ProducerConfig.Volume one, MadeVolume other) {
    Path directory = place(one.directory());
    Path image = place(other.image());
    Path own = place(other.directory());
    return shareFile(one, other)
        || image.startsWith(directory)
        || own.startsWith(directory)
        || directory.startsWith(own)
        || one.file().map(Roster::place).filter(file -> file.startsWith(own)).isPresent();
  }

  private static boolean shareFile(ProducerConfig.Volume one, ProducerConfig.Volume other) {
    return one.file().isPresent()
        && one.file().map(Roster::place).equals(other.file().map(Roster::place));
  }

  static boolean shareDirectory(ProducerConfig.Volume one, ProducerConfig.Volume other) {
    return place(one.directory()).equals(place(other.directory()));
  }

  private static Path place(Path path) {
    return path.toAbsolutePath().normalize();
  }

  synchronized ProducerConfig.Volume settings(String name) {
    return Objects.requireNonNull(known.get(name));
  }

  synchronized void put(RunningVolume volume) {
    String name = volume.volume().name().value();
    broken.remove(name);
    running.put(name, volume);
  }

  synchronized void put(BrokenVolume volume) {
    running.remove(volume.name().value());
    broken.put(volume.name().value(), volume);
  }

  /// Gives the name and the places back.
  synchronized void remove(String name) {
    known.remove(name);
    running.remove(name);
    broken.remove(name);
  }

  /// All that are open, stopped or not.
  synchronized Collection<RunningVolume> running() {
    return List.copyOf(running.values());
  }

  synchronized Optional<RunningVolume> running(String name) {
    return Optional.ofNullable(running.get(name));
  }

  synchronized Optional<BrokenVolume> broken(String name) {
    return Optional.ofNullable(broken.get(name));
  }

  /// All that could not be opened.
  synchronized Collection<BrokenVolume> broken() {
    return List.copyOf(broken.values());
  }
}
