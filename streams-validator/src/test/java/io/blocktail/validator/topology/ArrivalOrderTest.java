package io.blocktail.validator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.avro.Alert;
import io.blocktail.event.avro.NoDigest;
import io.blocktail.event.avro.ResyncRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Records arrive in any order, some twice, and the validator is restarted in between: what it says
/// in the end is what the newest comparable pair of digests of each chunk says.
class ArrivalOrderTest {
  private static final int CHUNKS = 6;
  private static final int PASSES = 4;
  private static final List<String> TARGETS = List.of("a", "b");

  /// What became known about a chunk of a target, by sequence: whether it was equal.
  private final Map<String, TreeMap<Long, Boolean>> compared = new HashMap<>();

  private final List<Runnable> records = new ArrayList<>();
  private Harness it = new Harness();

  @Test
  void theEndIsTheSameWhateverTheOrder() {
    long seed = Long.getLong("suite.seed", System.nanoTime());
    int runs = Integer.getInteger("suite.runs", 60);
    for (int run = 0; run < runs; run++) {
      try {
        run(new Random(seed + run));
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("-Dsuite.seed=%d -Dsuite.runs=1".formatted(seed + run), e);
      } finally {
        it.close();
      }
    }
  }

  private void run(Random random) {
    compared.clear();
    records.clear();
    it = new Harness();
    it.chunks = CHUNKS;
    plan(random);
    List<Runnable> arrivals = shuffled(random);
    var published = new ArrayList<Alert>();
    var requests = new ArrayList<ResyncRequest>();
    for (Runnable arrival : arrivals) {
      arrival.run();
      if (random.nextInt(8) == 0) {
        it.flush();
      }
      if (random.nextInt(25) == 0) {
        published.addAll(it.alerts());
        requests.addAll(it.requests());
        it = it.restarted();
      }
    }
    it.flush();
    published.addAll(it.alerts());
    requests.addAll(it.requests());
    check(published, requests);
  }

  /// Markers and answers in the order of history.
  private void plan(Random random) {
    long sequence = 10;
    for (long pass = 1; pass <= PASSES; pass++) {
      for (int chunk = 0; chunk < CHUNKS; chunk++) {
        plan(random, ++sequence, chunk, pass);
      }
    }
  }

  private void plan(Random random, long at, int chunk, long pass) {
    boolean isKnown = random.nextInt(10) > 0;
    if (isKnown) {
      records.add(() -> it.source(chunk, at, at, pass));
    }
    for (String target : TARGETS) {
      int dice = random.nextInt(10);
      if (dice == 0) {
        records.add(() -> it.noAnswer(target, chunk, at, NoDigest.UNDONE));
      } else if (dice > 1) {
        boolean isEqual = dice > 4;
        records.add(() -> it.target(target, chunk, at, isEqual ? at : -at));
        if (isKnown) {
          compared.computeIfAbsent(target + chunk, _ -> new TreeMap<>()).put(at, isEqual);
        }
      }
    }
  }

  /// Each record moves by some places, and some come twice.
  private List<Runnable> shuffled(Random random) {
    var places = new TreeMap<Double, Runnable>();
    for (int i = 0; i < records.size(); i++) {
      places.put(i + random.nextDouble() * 30, records.get(i));
      if (random.nextInt(5) == 0) {
        places.put(i + random.nextDouble() * 60, records.get(i));
      }
    }
    return List.copyOf(places.values());
  }

  private void check(List<Alert> published, List<ResyncRequest> requests) {
    for (String target : TARGETS) {
      var diverged = new TreeSet<Integer>();
      var everDiverged = new TreeSet<Integer>();
      for (int chunk = 0; chunk < CHUNKS; chunk++) {
        var known = compared.getOrDefault(target + chunk, new TreeMap<>());
        if (!known.isEmpty() && !known.lastEntry().getValue()) {
          diverged.add(chunk);
        }
        if (known.containsValue(false)) {
          everDiverged.add(chunk);
        }
      }
      assertThat(it.verification(target).diverged()).as(target).isEqualTo(diverged.size());
      var open = new TreeSet<Integer>();
      var ever = new TreeSet<Integer>();
      var last = new TreeMap<String, Alert>();
      published.stream()
          .filter(alert -> target.equals(alert.getTarget()))
          .forEach(alert -> last.put(alert.getId(), alert));
      for (Alert alert : last.values()) {
        ever.addAll(Harness.chunks(alert.getChunks()));
        if (alert.getClosedAt() == null) {
          assertThat(Harness.chunks(alert.getChunks())).as("open").containsAnyElementsOf(diverged);
          open.addAll(Harness.chunks(alert.getChunks()));
        }
      }
      assertThat(open).as("%s: chunks of open alerts", target).containsAll(diverged);
      assertThat(everDiverged).as("%s: chunks alerted", target).containsAll(ever);
    }
    assertThat(requests).extracting(ResyncRequest::getId).doesNotHaveDuplicates();
  }
}
