package io.blocktail.producer.capture;

import java.util.BitSet;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.ReentrantLock;

/// The locks of a volume's chunks and the counters of their writes. Chunks share locks, which are
/// always taken in ascending order; counters they do not share.
final class ChunkLocks {
  private static final int LOCKS = 1024;

  private final ReentrantLock[] locks = new ReentrantLock[LOCKS];

  /// Odd while a write is in flight.
  private volatile AtomicIntegerArray writes;

  ChunkLocks(int chunks) {
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new ReentrantLock();
    }
    writes = new AtomicIntegerArray(chunks);
  }

  /// Takes all locks.
  void lockAll() {
    for (ReentrantLock lock : locks) {
      lock.lock();
    }
  }

  void unlockAll() {
    for (ReentrantLock lock : locks) {
      lock.unlock();
    }
  }

  /// There are so many chunks from now on. What was read of the last one before counts as written
  /// since. Who calls this has taken all locks.
  void grow(int chunks) {
    var more = new AtomicIntegerArray(chunks);
    for (int chunk = 0; chunk < writes.length(); chunk++) {
      more.set(chunk, writes.get(chunk));
    }
    more.addAndGet(writes.length() - 1, 2);
    writes = more;
  }

  int counter(int chunk) {
    return writes.get(chunk);
  }

  void lock(int chunk) {
    locks[chunk % LOCKS].lock();
  }

  void unlock(int chunk) {
    locks[chunk % LOCKS].unlock();
  }

  /// Takes the chunks for writing.
  ///
  /// @param chunks distinct, from the array's start
  /// @return which locks were taken
  BitSet beginWrite(int[] chunks, int count) {
    var taken = new BitSet(LOCKS);
    for (int i = 0; i < count; i++) {
      taken.set(chunks[i] % LOCKS);
    }
    for (int i = taken.nextSetBit(0); i >= 0; i = taken.nextSetBit(i + 1)) {
      locks[i].lock();
    }
    for (int i = 0; i < count; i++) {
      writes.getAndIncrement(chunks[i]);
    }
    return taken;
  }

  void endWrite(int[] chunks, int count, BitSet taken) {
    for (int i = 0; i < count; i++) {
      writes.getAndIncrement(chunks[i]);
    }
    for (int i = taken.nextSetBit(0); i >= 0; i = taken.nextSetBit(i + 1)) {
      locks[i].unlock();
    }
  }
}
