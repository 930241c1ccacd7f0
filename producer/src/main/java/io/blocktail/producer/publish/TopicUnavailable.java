package io.blocktail.producer.publish;

import java.io.IOException;

/// Kafka cannot be reached, or did not answer in time. Nothing is wrong with what is stored: the
/// same call succeeds later.
public final class TopicUnavailable extends IOException {
  private static final long serialVersionUID = 1;

  public TopicUnavailable(String message, Throwable cause) {
    super(message, cause);
  }

  public TopicUnavailable(String message) {
    super(message);
  }
}
