package io.blocktail.producer.nbd;

import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.VolumeName;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// The devices that a server exports, by name. They come and go while it runs. Safe for use by many
/// threads.
public final class Exports {
  /// What a client's choice of a name comes to.
  sealed interface Choice {
    record Found(Export export) implements Choice {}

    /// @param reason for the client
    record Unknown(String reason) implements Choice {}
  }

  private final ConcurrentNavigableMap<String, Export> byName = new ConcurrentSkipListMap<>();

  /// Adds a device that may be changed and of whose past nothing is known.
  public void add(VolumeName name, BlockDevice device, String description) {
    add(name, device, description, false, null);
  }

  /// @param description for people, at most 4096 bytes of UTF-8
  /// @param readOnly whether nothing may be changed through it
  /// @param history null when nothing is known of the device's past
  /// @throws IllegalArgumentException when the name is taken or the description too long
  public void add(
      VolumeName name,
      BlockDevice device,
      String description,
      boolean readOnly,
      @Nullable History history) {
    if (description.getBytes(StandardCharsets.UTF_8).length > Protocol.MAX_STRING) {
      throw new IllegalArgumentException("the description of export " + name + " is too long");
    }
    var users = new Connections(Integer.MAX_VALUE);
    var export =
        new Export(name.value(), device, description, new AtomicBoolean(readOnly), history, users);
    if (byName.putIfAbsent(name.value(), export) != null) {
      throw new IllegalArgumentException("there is an export " + name + " already");
    }
  }

  /// Takes an export away: its connections finish what they have begun and end. Nothing happens
  /// when there is no such export.
  ///
  /// @return false when a connection is still inside the device after [Connections#PATIENCE]
  public boolean remove(VolumeName name) {
    Export export = byName.remove(name.value());
    return export == null || export.users().end(Connections.PATIENCE);
  }

  /// Says whether clients may only read, also those that are connected: a change that has begun
  /// ends, and each that comes then is told EPERM. They learn that they may write again when they
  /// connect anew. Nothing happens when there is no such export.
  public void setReadOnly(VolumeName name, boolean readOnly) {
    Export export = byName.get(name.value());
    if (export != null) {
      export.locked().set(readOnly);
    }
  }

  /// How many clients use an export.
  public int users(VolumeName name) {
    Export export = byName.get(name.value());
    return export == null ? 0 : export.users().count();
  }

  /// All, by name.
  Collection<Export> all() {
    return List.copyOf(byName.values());
  }

  /// The export that a client means by `name`: an empty one means the only export.
  Choice choose(String name) {
    if (!name.isEmpty()) {
      Export export = byName.get(name);
      return export == null ? new Choice.Unknown("no export has this name") : found(export);
    }
    List<Export> all = List.copyOf(byName.values());
    return switch (all.size()) {
      case 0 -> new Choice.Unknown("nothing is exported");
      case 1 -> found(all.getFirst());
      default -> new Choice.Unknown("there are several exports: choose one by its name");
    };
  }

  private static Choice found(Export export) {
    return new Choice.Found(export);
  }
}
