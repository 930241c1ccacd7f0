package io.blocktail.producer;

import io.quarkus.runtime.configuration.MemorySize;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A volume that was made while the producer ran, as the list of these has it.
///
/// @param image the file that holds its bytes
/// @param bytes what a file that is not there yet is made with; null for one that was there
/// @param leaving whether it is being deleted, which goes on when it is asked for again
record MadeVolume(String name, Path image, Path directory, @Nullable Long bytes, boolean leaving)
    implements ProducerConfig.Volume {
  @Override
  public ProducerConfig.Capture capture() {
    return ProducerConfig.Capture.NBD;
  }

  @Override
  public Optional<Path> file() {
    return Optional.of(image);
  }

  @Override
  public ProducerConfig.Scan scan() {
    throw new AssertionError("NBD clients write it");
  }

  @Override
  public ProducerConfig.Pull pull() {
    throw new AssertionError("NBD clients write it");
  }

  /// Counts until there is a file: it may have grown since.
  @Override
  public Optional<MemorySize> size() {
    return bytes == null || Files.exists(image)
        ? Optional.empty()
        : Optional.of(new MemorySize(BigInteger.valueOf(bytes)));
  }

  /// What a person has said since is in the volume's own directory.
  @Override
  public boolean readOnly() {
    return false;
  }

  MadeVolume onItsWayOut() {
    return new MadeVolume(name, image, directory, bytes, true);
  }
}
