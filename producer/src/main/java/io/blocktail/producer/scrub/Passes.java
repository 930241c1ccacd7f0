package io.blocktail.producer.scrub;

import java.io.IOException;
import java.time.Clock;
import java.util.Iterator;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/// The passes of a volume since the producer started. Asked and told by several threads.
public final class Passes {
  /// So many passes are remembered.
  private static final int REMEMBERED = 100;

  /// Gives the numbers of passes.
  @FunctionalInterface
  public interface Numbers {
    long next() throws IOException;
  }

  private final IntSupplier chunks;
  private final Numbers numbers;
  private final Clock clock;
  private final TreeMap<Long, Walk> walks = new TreeMap<>();
  private @Nullable String closed;

  /// @param chunks how many the volume has, which may become more
  public Passes(IntSupplier chunks, Numbers numbers, Clock clock) {
    this.chunks = chunks;
    this.numbers = numbers;
    this.clock = clock;
  }

  public synchronized Optional<Pass> find(long id) {
    return Optional.ofNullable(walks.get(id)).map(Walk::toPass);
  }

  /// The newest pass that has marked every chunk.
  synchronized OptionalLong lastFinished() {
    return walks.values().stream()
        .map(Walk::toPass)
        .filter(pass -> pass.state() == Pass.State.FINISHED)
        .mapToLong(Pass::id)
        .max();
  }

  /// A pass that begins after this call: one that waits already, or a new one.
  ///
  /// @throws IOException when no pass can begin any more
  public synchronized long request() throws IOException {
    for (Walk walk : walks.values()) {
      if (walk.onDemand() && !walk.hasBegun() && !walk.isOver()) {
        return walk.id();
      }
    }
    return begin(true).id();
  }

  /// The pass that goes next: the first one on demand, else the one in the background, which is
  /// begun if there is none.
  synchronized Walk current() throws IOException {
    Walk background = null;
    for (Walk walk : walks.values()) {
      if (walk.hasNext() && walk.onDemand()) {
        return walk;
      }
      if (walk.hasNext()) {
        background = walk;
      }
    }
    return background != null ? background : begin(false);
  }

  /// Begins the pass that waits longest for it because somebody asked; for who gets over all chunks
  /// in one go.
  ///
  /// @return its id; empty when nobody has asked
  public synchronized OptionalLong beginAsked() {
    for (Walk walk : walks.values()) {
      if (walk.onDemand() && !walk.hasBegun() && !walk.isOver()) {
        int _ = walk.next();
        return OptionalLong.of(walk.id());
      }
    }
    return OptionalLong.empty();
  }

  /// Whether somebody has asked for a pass that has not begun.
  public synchronized boolean isAsked() {
    return walks.values().stream()
        .anyMatch(walk -> walk.onDemand() && !walk.hasBegun() && !walk.isOver());
  }

  /// Begins a pass that nobody has asked for, for who gets over all chunks in one go.
  ///
  /// @return its id
  public synchronized long beginUnasked() throws IOException {
    Walk walk = begin(false);
    int _ = walk.next();
    return walk.id();
  }

  /// The pass does not go on.
  public synchronized void abandon(long id, String reason) {
    Walk walk = walks.get(id);
    if (walk != null) {
      walk.abandon(reason, clock);
    }
  }

  private Walk begin(boolean onDemand) throws IOException {
    if (closed != null) {
      throw new IOException(closed);
    }
    var walk = new Walk(numbers.next(), chunks, onDemand, clock.instant());
    walks.put(walk.id(), walk);
    forgetOldest();
    return walk;
  }

  /// Wherever they stand: the one in the background can be older than a thousand on demand.
  private void forgetOldest() {
    Iterator<Walk> oldest = walks.values().iterator();
    while (walks.size() > REMEMBERED && oldest.hasNext()) {
      if (oldest.next().isOver()) {
        oldest.remove();
      }
    }
  }

  synchronized int next(Walk walk) {
    return walk.next();
  }

  synchronized void marked(long id, int chunk) {
    Walk walk = walks.get(id);
    if (walk != null) {
      walk.marked(chunk, clock);
    }
  }

  synchronized void failed(long id, int chunk, String reason) {
    Walk walk = walks.get(id);
    if (walk != null) {
      walk.failed(chunk, reason, clock);
    }
  }

  /// No pass goes on.
  public synchronized void close(String reason) {
    if (closed == null) {
      closed = reason;
      walks.values().forEach(walk -> walk.abandon(reason, clock));
    }
  }
}
