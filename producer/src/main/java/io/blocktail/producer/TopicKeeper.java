package io.blocktail.producer;

import io.blocktail.producer.publish.TopicSetup;
import io.blocktail.producer.publish.TopicUnavailable;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/// Makes the topics that all volumes share, as soon as Kafka can be reached.
final class TopicKeeper implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(TopicKeeper.class);
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final TopicSetup setup;
  private final CountDownLatch stopping = new CountDownLatch(1);

  private TopicKeeper(TopicSetup setup) {
    this.setup = setup;
  }

  static TopicKeeper start(TopicSetup setup) {
    var keeper = new TopicKeeper(setup);
    Thread.ofPlatform().name("topics").daemon().start(keeper::run);
    return keeper;
  }

  private void run() {
    boolean told = false;
    while (stopping.getCount() > 0) {
      try {
        setup.shared();
        return;
      } catch (TopicUnavailable e) {
        if (!told && stopping.getCount() > 0) {
          LOG.warnf("the topics cannot be made yet: %s", e.getMessage());
        }
        told = true;
        if (awaitStop()) {
          return;
        }
      }
    }
  }

  private boolean awaitStop() {
    try {
      return stopping.await(RETRY.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      return true;
    }
  }

  @Override
  public void close() {
    stopping.countDown();
  }
}
