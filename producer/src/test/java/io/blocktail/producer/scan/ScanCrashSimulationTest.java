package io.blocktail.producer.scan;

import static io.blocktail.producer.scan.ScannedSource.CHUNK;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Promise "Prefix", of a volume that somebody else writes all the time: whenever a target says it
/// is consistent, it is what one scan has read; and in the end it is the file. The producer dies
/// before any one of its disk operations, or loses power, again and again.
class ScanCrashSimulationTest {
  private static final int CHUNKS = 3;
  private static final int BLOCK = 4096;

  private final int runs = Integer.getInteger("suite.runs", 5);
  private final long seed = Long.getLong("suite.seed", System.nanoTime());

  @Test
  void aConsistentTargetIsWhatAScanHasRead() throws Exception {
    for (int run = 0; run < runs; run++) {
      long runSeed = seed + run;
      try {
        new Run(new Random(runSeed)).dieAgainAndAgain(6);
      } catch (Throwable e) {
        throw new AssertionError("-Dsuite.runs=1 -Dsuite.seed=" + runSeed, e);
      }
    }
  }

  private static final class Run {
    final Random random;
    final ScannedSource source;
    final List<ModelTarget> targets;
    int countdown = Integer.MAX_VALUE;
    boolean dead;

    Run(Random random) throws IOException {
      this.random = random;
      this.source = new ScannedSource(CHUNKS);
      this.targets =
          List.of(
              new ModelTarget("replica-a", CHUNKS * CHUNK),
              new ModelTarget("replica-b", CHUNKS * CHUNK));
    }

    void dieAgainAndAgain(int times) throws IOException {
      for (int i = 0; i < times; i++) {
        countdown = random.nextInt(150);
        source.files.onFault(this::strike);
        live();
        follow();
        source.files.onFault((operation, file) -> {});
        dead = false;
        if (random.nextBoolean()) {
          source.restart();
        } else {
          source.losePower(random);
        }
      }
      comeToRest();
    }

    private void strike(String operation, String file) throws IOException {
      if (countdown-- <= 0) {
        dead = true;
      }
      if (dead) {
        throw new IOException("killed before " + operation + " of " + file);
      }
    }

    private void live() {
      for (int steps = 0; !dead && steps < 3000; steps++) {
        try {
          somethingHappens();
          boolean _ = source.step();
          if (steps % 100 == 0) {
            follow();
          }
        } catch (IOException e) {
          assertThat(dead).as(e.getMessage()).isTrue();
        }
        source.nanos += Duration.ofMillis(5).toNanos();
      }
    }

    private void somethingHappens() throws IOException {
      switch (random.nextInt(12)) {
        case 0, 1, 2 -> write();
        case 3 -> {
          long _ = source.scanner.requestPass();
        }
        case 4 -> source.ask(targets.get(random.nextInt(2)).name, random.nextInt(CHUNKS), 0);
        case 5 -> {
          boolean _ = source.volume.checkpoint();
        }
        default -> {}
      }
    }

    /// Also back to what was there before, and zeros.
    private void write() throws IOException {
      var data = new byte[BLOCK * (1 + random.nextInt(4))];
      Arrays.fill(data, (byte) random.nextInt(3));
      int blocks = CHUNKS * CHUNK / BLOCK - 4;
      int block = random.nextBoolean() ? random.nextInt(blocks) : random.nextInt(3) * (blocks / 3);
      source.write((long) block * BLOCK, data);
    }

    private void follow() {
      for (ModelTarget target : targets) {
        target.follow(
            source.events(),
            () -> {
              if (target.consistent()) {
                assertThat(source.complete)
                    .as(target.name)
                    .anyMatch(seen -> Arrays.equals(seen, target.content));
              }
            });
      }
    }

    private boolean isAtRest() throws IOException {
      byte[] content = source.content();
      return targets.stream()
          .allMatch(target -> target.consistent() && Arrays.equals(target.content, content));
    }

    /// Nobody writes any more, and the targets ask for what they lack.
    private void comeToRest() throws IOException {
      long _ = source.scanner.requestPass();
      for (int i = 0; i < 20 && !isAtRest(); i++) {
        source.nanos += Duration.ofMinutes(2).toNanos();
        source.settle();
        follow();
        for (ModelTarget target : targets) {
          target.undone().indexes().forEach(chunk -> source.ask(target.name, chunk, 0));
        }
      }
      for (ModelTarget target : targets) {
        assertThat(target.consistent()).as(target.name).isTrue();
        assertThat(Arrays.equals(target.content, source.content())).as(target.name).isTrue();
      }
    }
  }
}
