package io.blocktail.deploy.system;

import io.blocktail.process.ForeignTool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Writes over and over to a volume, by qemu-io, until it is stopped, each round with its own
/// pattern; then reads the last round back. A write that fails, fails the test. The first 8 MiB of
/// the volume are written to, unaligned.
final class SteadyWrites {
  private static final int WRITES = 100;
  private static final int STRIDE = 80 << 10;
  private static final int LENGTH = 16 << 10;

  private final ForeignTool qemu = ForeignTool.require("qemu-io", "qemu-utils");
  private final String uri;
  private final FutureTask<Integer> rounds = new FutureTask<>(this::write);
  private volatile int finished;
  private volatile boolean stopping;

  private SteadyWrites(String uri) {
    this.uri = uri;
  }

  static SteadyWrites start(String uri) {
    var load = new SteadyWrites(uri);
    Thread.ofPlatform().daemon().name("write-load").start(load.rounds);
    return load;
  }

  private int write() throws Exception {
    while (!stopping) {
      each("write", finished + 1);
      finished++;
    }
    return finished;
  }

  private void each(String verb, int round) throws Exception {
    var arguments = new ArrayList<Object>(List.of("-f", "raw"));
    for (int i = 0; i < WRITES; i++) {
      arguments.add("-c");
      arguments.add(
          "%s -P %d %d %d".formatted(verb, 1 + round % 255, i * (long) STRIDE + 1000, LENGTH));
    }
    arguments.add(uri);
    qemu.run(arguments.toArray());
  }

  /// How many rounds were written and acknowledged.
  int rounds() {
    return finished;
  }

  /// Stops it, and fails if a write failed or what was written last is not there.
  void stop() throws Exception {
    stopping = true;
    try {
      each("read", rounds.get());
    } catch (ExecutionException e) {
      throw new AssertionError("a write failed", e.getCause());
    }
  }
}
