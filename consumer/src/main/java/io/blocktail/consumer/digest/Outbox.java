package io.blocktail.consumer.digest;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// What all targets of this process have to say, on its way to Kafka. Callers never wait for the
/// broker: what may get lost is dropped and counted when there is no room for it; what may not, the
/// few requests to the source, is sent again until it is acknowledged. A thread of its own, since a
/// Kafka producer may block its caller.
public final class Outbox implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Outbox.class);
  private static final int ROOM = 16_384;
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final Duration LAST_SENDS = Duration.ofSeconds(3);

  private final Producer<String, byte[]> producer;
  private final ArrayBlockingQueue<ProducerRecord<String, byte[]>> records =
      new ArrayBlockingQueue<>(ROOM);

  /// To be sent, or sent again. A target adds one and waits long before the next. Guarded by
  /// itself.
  private final ArrayDeque<ProducerRecord<String, byte[]>> requests = new ArrayDeque<>();

  private final AtomicLong dropped = new AtomicLong();
  private final Thread thread;
  private volatile long retryAt = System.nanoTime();
  private volatile boolean stopping;

  /// What stopped the thread that should not have stopped; null when nothing has.
  private volatile @Nullable Throwable defect;

  /// @param producer is closed with the outbox
  public Outbox(Producer<String, byte[]> producer) {
    this.producer = producer;
    this.thread = Thread.ofPlatform().name("outbox").daemon().start(this::guard);
  }

  /// Sends it if there is room.
  void offer(ProducerRecord<String, byte[]> record) {
    if (!records.offer(record)) {
      drop(record, "the broker takes it too slowly or not at all");
    }
  }

  /// Sends it until it is acknowledged.
  void insist(ProducerRecord<String, byte[]> record) {
    synchronized (requests) {
      requests.add(record);
    }
  }

  /// How many records did not reach the broker.
  public long dropped() {
    return dropped.get();
  }

  private void drop(ProducerRecord<String, byte[]> record, String reason) {
    if (dropped.getAndIncrement() % 1000 == 0) {
      LOG.warnf(
          "a record for %s is dropped: %s (%d so far)", record.topic(), reason, dropped.get());
    }
  }

  /// Whether what is offered from now on is sent: false once a defect has stopped the outbox.
  public boolean sends() {
    return defect == null;
  }

  private void guard() {
    try {
      run();
    } catch (Throwable e) {
      LOG.fatalf(e, "the outbox is stopped by a defect of this program: nothing is sent any more");
      defect = e;
    }
  }

  private void run() {
    while (!stopping || !records.isEmpty()) {
      ProducerRecord<String, byte[]> request = nextRequest();
      if (request != null) {
        send(request, true);
      }
      try {
        ProducerRecord<String, byte[]> record = records.poll(50, TimeUnit.MILLISECONDS);
        if (record != null) {
          send(record, false);
        }
      } catch (InterruptedException e) {
        throw new AssertionError("the outbox is never interrupted", e);
      }
    }
  }

  private @Nullable ProducerRecord<String, byte[]> nextRequest() {
    if (System.nanoTime() - retryAt < 0) {
      return null;
    }
    synchronized (requests) {
      return requests.poll();
    }
  }

  private void send(ProducerRecord<String, byte[]> record, boolean insist) {
    try {
      producer.send(
          record,
          (sent, failure) -> {
            if (failure != null) {
              failed(record, insist, failure);
            }
          });
    } catch (KafkaException | IllegalStateException e) {
      failed(record, insist, e);
    }
  }

  private void failed(ProducerRecord<String, byte[]> record, boolean insist, Exception failure) {
    if (!insist) {
      drop(record, failure.toString());
      return;
    }
    LOG.warnf("a request for %s was not taken, it is sent again: %s", record.topic(), failure);
    retryAt = System.nanoTime() + RETRY_NANOS;
    insist(record);
  }

  /// Gives what is there a short time to be sent.
  @Override
  public void close() {
    stopping = true;
    try {
      thread.join(LAST_SENDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    producer.close(LAST_SENDS);
  }
}
