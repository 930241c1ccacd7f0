package io.blocktail.deploy.directory;

import io.blocktail.deploy.plan.Reasons;
import io.blocktail.deploy.plan.RefusedException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// Held while an `up` runs in a directory. The operating system gives it back when the process
/// ends, however it ends.
public final class DirectoryLock implements AutoCloseable {
  private final FileChannel channel;

  private DirectoryLock(FileChannel channel) {
    this.channel = channel;
  }

  /// @throws RefusedException when another process has it, or the directory cannot be written to
  public static DirectoryLock take(Directory directory) {
    try {
      Files.createDirectories(directory.root());
      var channel =
          FileChannel.open(directory.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      @Nullable FileLock lock = channel.tryLock();
      if (lock == null) {
        channel.close();
        throw new RefusedException(
            "another up runs in %s. Stop it first (Ctrl-C, or SIGTERM), or use another --dir"
                .formatted(directory.root()));
      }
      return new DirectoryLock(channel);
    } catch (IOException e) {
      throw new RefusedException(
          "--dir %s cannot be written to: %s".formatted(directory.root(), Reasons.of(e)), e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
