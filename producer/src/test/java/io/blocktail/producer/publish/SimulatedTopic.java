package io.blocktail.producer.publish;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A topic in memory. With faults on, it goes wrong in the ways that Kafka can: it cannot be
/// reached, does not take a record, stores one twice, stores one and says that it did not, does not
/// store it and goes on with the next one, or stores it long after its sender was given up.
public final class SimulatedTopic implements ChangeTopic {
  private final RandomGenerator random;
  private final List<byte[]> log = new ArrayList<>();
  private final ArrayDeque<byte[]> inFlight = new ArrayDeque<>();
  private final ArrayDeque<byte[]> late = new ArrayDeque<>();
  private int generation = 1;
  private boolean faults;
  private boolean away;
  private int refusals;
  private int failures;

  public SimulatedTopic(RandomGenerator random) {
    this.random = random;
  }

  public SimulatedTopic faults(boolean on) {
    faults = on;
    return this;
  }

  /// While it is away nothing is stored and nothing is answered.
  public SimulatedTopic away(boolean away) {
    this.away = away;
    return this;
  }

  /// The next so many records are not taken when they are sent.
  public SimulatedTopic refuse(int records) {
    refusals = records;
    return this;
  }

  /// The next so many records are sent, but not stored.
  public SimulatedTopic fail(int records) {
    failures = records;
    return this;
  }

  /// All records, from offset 0.
  public List<byte[]> records() {
    return log;
  }

  /// How many records were sent and not stored yet.
  public int inFlight() {
    return inFlight.size();
  }

  /// What somebody else does to the topic.
  public void append(byte[] record) {
    log.add(record);
  }

  public void loseTail(int records) {
    log.subList(log.size() - records, log.size()).clear();
  }

  public void makeAgain() {
    generation++;
    log.clear();
  }

  /// Its client's process was killed. What it had sent may still arrive.
  public void clientDied() {
    reset();
  }

  /// What was sent by clients that were given up arrives now, or never will.
  public void settleLate() {
    while (!late.isEmpty()) {
      storeLate();
    }
  }

  private boolean chance(int percent) {
    return faults && random.nextInt(100) < percent;
  }

  private void storeLate() {
    byte[] record = late.poll();
    if (record != null && random.nextBoolean()) {
      log.add(record);
    }
  }

  private void checkReachable() throws TopicUnavailable {
    if (chance(30)) {
      storeLate();
    }
    if (away || chance(5)) {
      throw new TopicUnavailable("simulated: it cannot be reached");
    }
  }

  @Override
  public Bounds bounds() throws TopicUnavailable {
    checkReachable();
    return new Bounds("topic-" + generation, 0, log.size());
  }

  @Override
  public Slice read(long from) throws TopicUnavailable {
    checkReachable();
    var records = new ArrayList<Stored>();
    int end = Math.min(log.size(), (int) from + 1 + random.nextInt(10));
    for (int i = (int) from; i < end; i++) {
      records.add(new Stored(i, log.get(i)));
    }
    return new Slice(records, Math.max(from, end));
  }

  @Override
  public void send(byte[] record) throws TopicUnavailable {
    if (refusals > 0 || chance(2)) {
      refusals--;
      throw new TopicUnavailable("simulated: a record was not taken");
    }
    inFlight.add(record);
  }

  @Override
  public @Nullable Completion poll() {
    if (away || inFlight.isEmpty() || chance(40)) {
      return null;
    }
    if (chance(20)) {
      storeLate();
    }
    byte[] record = inFlight.remove();
    if (failures > 0 || chance(3)) {
      failures--;
      return new Completion.Failed("simulated: not stored");
    }
    log.add(record);
    long offset = log.size() - 1;
    if (chance(3)) {
      return new Completion.Failed("simulated: stored, but the answer was lost");
    }
    if (chance(3)) {
      log.add(record);
    }
    return new Completion.Acknowledged(offset);
  }

  @Override
  public void reset() {
    late.addAll(inFlight);
    inFlight.clear();
  }

  @Override
  public void close() {
    reset();
  }
}
