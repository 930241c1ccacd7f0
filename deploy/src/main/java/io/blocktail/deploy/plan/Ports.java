package io.blocktail.deploy.plan;

import java.util.Map;
import java.util.TreeMap;

/// Where the parts of one `up` listen, on the loopback interface.
///
/// @param offset is added to each
public record Ports(int offset) {
  private static final int HIGHEST = 65535;

  public Ports {
    if (offset < 0 || 10809 + offset > HIGHEST) {
      throw new RefusedException(
          "--port-offset %d: use 0 to %d".formatted(offset, HIGHEST - 10809));
    }
  }

  public int console() {
    return 8080 + offset;
  }

  public int producer() {
    return 8081 + offset;
  }

  public int consumer() {
    return 8082 + offset;
  }

  public int nbd() {
    return 10809 + offset;
  }

  public int kafka() {
    return 9092 + offset;
  }

  public int controller() {
    return 9093 + offset;
  }

  /// Port → who listens there.
  public Map<Integer, String> all(boolean withBroker) {
    var all = new TreeMap<Integer, String>();
    all.put(console(), "the console");
    all.put(producer(), "the producer");
    all.put(consumer(), "the consumer");
    all.put(nbd(), "NBD");
    if (withBroker) {
      all.put(kafka(), "Kafka");
      all.put(controller(), "Kafka's controller");
    }
    return all;
  }
}
