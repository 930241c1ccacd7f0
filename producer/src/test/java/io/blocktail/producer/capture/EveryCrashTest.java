package io.blocktail.producer.capture;

import static io.blocktail.producer.capture.Source.CHUNK;
import static io.blocktail.producer.capture.Source.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.storage.SimulatedDisk;
import io.blocktail.storage.SimulatedDisk.Fate;
import io.blocktail.volume.Request;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Promises "Durable" and "Order": every sequence of up to three operations, every moment at which
/// the process or the power may go, and everything that a power loss may leave of what was not
/// forced: with up to six such writes each combination of lost and kept, beyond that each single
/// one lost or torn among the others.
///
/// A sector holds what some operation that touched it has left, and none from before the last that
/// was flushed. After a kill alone it holds what was acknowledged last.
class EveryCrashTest {
  private static final int SIZE = 2 * CHUNK;
  private static final int BLOCK = 4096;
  private static final int SECTOR = 512;

  /// The operations' blocks are around the border of two chunks.
  private static final int BASE = CHUNK - 2 * BLOCK;

  private static final int EXHAUSTIVE = 6;

  /// What is done, to blocks counted from [#BASE].
  private enum Operation {
    WRITE(0, 2),
    OVERLAPPING_WRITE(1, 2),
    WRITE_FUA(0, 1),
    ZERO(1, 2),
    TRIM(0, 2),
    FLUSH(0, 0);

    final int block;
    final int blocks;

    Operation(int block, int blocks) {
      this.block = block;
      this.blocks = blocks;
    }

    boolean touches(int sector) {
      int at = sector * SECTOR / BLOCK;
      return at >= block && at < block + blocks;
    }

    /// What it leaves, as the `index`th operation.
    int value(int index) {
      return this == ZERO || this == TRIM ? 0 : index + 1;
    }

    Request request(int index) {
      long offset = BASE + (long) block * BLOCK;
      int length = blocks * BLOCK;
      return switch (this) {
        case WRITE, OVERLAPPING_WRITE ->
            new Request().write(offset, bytes(length, value(index)), false);
        case WRITE_FUA -> new Request().write(offset, bytes(length, value(index)), true);
        case ZERO -> new Request().zero(offset, length, false);
        case TRIM -> new Request().trim(offset, length, false);
        case FLUSH -> new Request().flush();
      };
    }
  }

  /// What else the source does meanwhile.
  private enum Beside {
    NOTHING,
    /// A checkpoint after each operation.
    CHECKPOINTS,
    /// Changes go past the journal, and through it again at the end.
    OVERFLOW
  }

  /// The disks as they were before one of their operations, with what was asked for by then.
  ///
  /// @param next operation of a disk
  /// @param issued how many operations, one that is under way included
  /// @param done how many of them were acknowledged
  private record Moment(
      String next, SimulatedDisk directory, SimulatedDisk medium, int issued, int done) {}

  private static final int SECTORS = 3 * BLOCK / SECTOR;

  private final List<List<Operation>> sequences = sequences();
  private long states;

  private static List<List<Operation>> sequences() {
    var all = new ArrayList<List<Operation>>();
    for (Operation first : Operation.values()) {
      all.add(List.of(first));
      for (Operation second : Operation.values()) {
        all.add(List.of(first, second));
        for (Operation third : Operation.values()) {
          all.add(List.of(first, second, third));
        }
      }
    }
    return all;
  }

  /// All of them are `--runs 774 --seed 0`.
  @Test
  void everyCrashOfEveryShortSequenceLeavesALegalState() throws Exception {
    int all = sequences.size() * Beside.values().length;
    int runs = Integer.getInteger("suite.runs", 8);
    long seed = Long.getLong("suite.seed", System.nanoTime());
    for (long run = seed; run < seed + runs; run++) {
      int number = (int) Math.floorMod(run, (long) all);
      List<Operation> sequence = sequences.get(number / Beside.values().length);
      Beside beside = Beside.values()[number % Beside.values().length];
      try {
        crash(sequence, beside);
      } catch (Throwable e) {
        throw new AssertionError(
            "-Dsuite.runs=1 -Dsuite.seed=%d: %s with %s".formatted(number, sequence, beside), e);
      }
    }
    System.out.printf("EveryCrashTest: %d sequences from seed %d, %d states%n", runs, seed, states);
  }

  private void crash(List<Operation> sequence, Beside beside) throws IOException {
    for (Moment moment : moments(sequence, beside)) {
      judge(moment, sequence, false, this::nothingIsLost);
      int pending = moment.directory.pendingWrites() + moment.medium.pendingWrites();
      if (pending <= EXHAUSTIVE) {
        for (int kept = 0; kept < 1 << pending; kept++) {
          int bits = kept;
          judge(
              moment,
              sequence,
              true,
              crashed -> lose(crashed, i -> (bits >> i & 1) != 0 ? Fate.KEPT : Fate.LOST, 0));
        }
        continue;
      }
      judge(moment, sequence, true, crashed -> lose(crashed, _ -> Fate.LOST, 0));
      judge(moment, sequence, true, crashed -> lose(crashed, _ -> Fate.KEPT, 0));
      for (int one = 0; one < pending; one++) {
        int hit = one;
        judge(
            moment,
            sequence,
            true,
            crashed -> lose(crashed, i -> i == hit ? Fate.LOST : Fate.KEPT, 0));
        for (int parity = 0; parity < 2; parity++) {
          int first = parity;
          judge(
              moment,
              sequence,
              true,
              crashed -> lose(crashed, i -> i == hit ? Fate.TORN : Fate.KEPT, first));
        }
      }
    }
  }

  /// Runs the sequence, and takes a picture before each operation of a disk.
  private static List<Moment> moments(List<Operation> sequence, Beside beside) throws IOException {
    var source = new Source(SIZE);
    if (beside == Beside.OVERFLOW) {
      source.volume.beginOverflow();
    }
    source.directory.forceAll();
    source.medium.forceAll();
    var moments = new ArrayList<Moment>();
    int[] count = {0, 0};
    SimulatedDisk.Fault picture =
        (operation, file) ->
            moments.add(
                new Moment(
                    operation + " of " + file,
                    source.directory.snapshot(),
                    source.medium.snapshot(),
                    count[0],
                    count[1]));
    source.directory.onFault(picture);
    source.medium.onFault(picture);
    for (Operation operation : sequence) {
      Request request = operation.request(count[0]++);
      source.capture().execute(List.of(request), "test");
      assertThat(request.failure()).isNull();
      count[1]++;
      if (beside == Beside.CHECKPOINTS) {
        source.volume.checkpoint();
      }
    }
    if (beside == Beside.OVERFLOW) {
      source.volume.endOverflow();
    }
    picture.before("end", "");
    return moments;
  }

  private interface Crash {
    Source reopen(Moment crashed) throws IOException;
  }

  private Source nothingIsLost(Moment crashed) throws IOException {
    return reopened(crashed, 0);
  }

  private static Source lose(Moment crashed, IntFunction<Fate> fate, int firstSector)
      throws IOException {
    int[] sector = {firstSector};
    int before = crashed.directory.pendingWrites();
    crashed.directory.losePower(fate, () -> sector[0]++ % 2 == 0);
    crashed.medium.losePower(i -> fate.apply(before + i), () -> sector[0]++ % 2 == 0);
    return reopened(crashed, 1);
  }

  private static Source reopened(Moment crashed, int boots) throws IOException {
    return new Source(crashed.directory, crashed.medium, SIZE, Source.settings(false), boots);
  }

  private void judge(Moment moment, List<Operation> sequence, boolean powerLoss, Crash crash)
      throws IOException {
    states++;
    Source source =
        crash.reopen(
            new Moment(
                moment.next,
                moment.directory.snapshot(),
                moment.medium.snapshot(),
                moment.issued,
                moment.done));
    byte[] device = source.deviceContent();
    for (int sector = 0; sector < SECTORS; sector++) {
      List<Integer> legal = legal(moment, sequence, sector, powerLoss);
      int at = BASE + sector * SECTOR;
      assertThat(legal).as("sector %d, before %s", sector, moment.next).contains((int) device[at]);
      assertThat(IntStream.range(at, at + SECTOR).allMatch(i -> device[i] == device[at]))
          .as("sector %d is of one write", sector)
          .isTrue();
    }
    if (source.volume.state() instanceof SourceState.Overflow) {
      source.volume.endOverflow();
    }
    source.fillGaps();
    byte[] replayed = new byte[SIZE];
    Source.replay(source.events(1), replayed);
    assertThat(Arrays.mismatch(replayed, source.deviceContent()))
        .as("where the stream says something else, before %s", moment.next)
        .isEqualTo(-1);
  }

  /// The values that the sector may have.
  private static List<Integer> legal(
      Moment moment, List<Operation> sequence, int sector, boolean powerLoss) {
    var legal = new ArrayList<Integer>();
    legal.add(0);
    for (int index = 0; index < moment.issued; index++) {
      Operation operation = sequence.get(index);
      boolean done = index < moment.done;
      if (operation.touches(sector)) {
        if (done && (!powerLoss || operation == Operation.WRITE_FUA)) {
          legal.clear();
        }
        legal.add(operation.value(index));
      }
      if (done && operation == Operation.FLUSH) {
        legal.subList(0, legal.size() - 1).clear();
      }
    }
    return legal;
  }
}
