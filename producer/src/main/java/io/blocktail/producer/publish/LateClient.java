package io.blocktail.producer.publish;

import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// A client of Kafka that is made as soon as the name of a broker can be resolved: a host that
/// boots before its name service answers still serves its volumes. Safe for many threads.
public final class LateClient<T> {
  private static final Logger LOG = Logger.getLogger(LateClient.class);

  /// How Kafka's clients begin to say it; they have no type for it.
  private static final String UNRESOLVED = "No resolvable bootstrap urls";

  private final Supplier<T> maker;
  private @Nullable T client;
  private boolean closed;

  private LateClient(Supplier<T> maker) {
    this.maker = maker;
  }

  /// Tries at once, so that wrong settings are found.
  ///
  /// @throws KafkaException when the settings are wrong
  public static <T> LateClient<T> of(Supplier<T> maker) {
    var late = new LateClient<T>(maker);
    try {
      late.client = maker.get();
    } catch (KafkaException e) {
      if (!isUnresolved(e)) {
        throw e;
      }
      LOG.warnf("Kafka: %s; it is tried again", reason(e));
    }
    return late;
  }

  public synchronized T get() throws TopicUnavailable {
    T made = client;
    if (made == null) {
      if (closed) {
        throw new TopicUnavailable("Kafka's client is closed");
      }
      try {
        made = maker.get();
      } catch (KafkaException e) {
        throw new TopicUnavailable("Kafka: " + reason(e), e);
      }
      client = made;
    }
    return made;
  }

  private static boolean isUnresolved(KafkaException e) {
    return reason(e).startsWith(UNRESOLVED);
  }

  /// Kafka wraps what it is about.
  private static String reason(KafkaException e) {
    Throwable cause = e.getCause() instanceof ConfigException inner ? inner : e;
    return String.valueOf(cause.getMessage());
  }

  /// @param how the client is closed, if it was made
  public synchronized void close(Consumer<T> how) {
    T made = client;
    client = null;
    closed = true;
    if (made != null) {
      how.accept(made);
    }
  }
}
