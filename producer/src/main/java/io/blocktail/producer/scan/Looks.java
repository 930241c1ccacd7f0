package io.blocktail.producer.scan;

import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// Looks at chunks, several at once, and hands over what was seen in the order in which it was
/// asked. Holds one buffer for each. All calls come from one thread.
final class Looks {
  private record Look(int chunk, byte[] content, FutureTask<Seen> task) {}

  private final BlockDevice device;
  private final Geometry geometry;
  private final Executor workers;
  private final Runnable wake;
  private final int most;
  private final ArrayDeque<Look> looks = new ArrayDeque<>();
  private final ArrayDeque<byte[]> free = new ArrayDeque<>();

  /// @param most how many at once
  /// @param wake called when one is done, by whoever did it
  Looks(BlockDevice device, Geometry geometry, Executor workers, int most, Runnable wake) {
    this.device = device;
    this.geometry = geometry;
    this.workers = workers;
    this.most = most;
    this.wake = wake;
  }

  boolean isFull() {
    return looks.size() >= most;
  }

  boolean isEmpty() {
    return looks.isEmpty();
  }

  void begin(int chunk) {
    byte[] buffer = free.poll();
    byte[] content = buffer == null ? new byte[geometry.chunkSize()] : buffer;
    var task =
        new FutureTask<>(() -> Seen.look(device, geometry, chunk, content)) {
          @Override
          protected void done() {
            wake.run();
          }
        };
    looks.addLast(new Look(chunk, content, task));
    workers.execute(task);
  }

  /// What was seen first, if it was seen by now; its buffer is taken back by [#done].
  ///
  /// @return null when there is nothing yet
  /// @throws IOException when the chunk cannot be read
  @Nullable Seen peek() throws IOException {
    Look first = looks.peekFirst();
    return first == null || !first.task().isDone() ? null : result(first);
  }

  /// What was peeked at is not needed any more.
  void done() {
    free.addLast(looks.removeFirst().content());
  }

  /// Waits for all that are under way, and forgets what they have seen.
  void drop() {
    for (Look look : looks) {
      try {
        Seen _ = result(look);
      } catch (IOException e) {
        // nobody asks any more
      }
    }
    looks.clear();
  }

  private static Seen result(Look look) throws IOException {
    try {
      return look.task().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw new IOException(
            "chunk %d cannot be read: %s".formatted(look.chunk(), failure.getMessage()), failure);
      }
      throw new AssertionError(e.getCause());
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts this thread: it may be inside a file", e);
    }
  }
}
