package io.blocktail.validator.topology;

import io.blocktail.event.Messages;
import io.blocktail.event.Topics;
import io.blocktail.event.avro.Alert;
import io.blocktail.event.avro.ResyncRequest;

/// What the application tells others.
sealed interface Outgoing {
  record Alerted(Alert alert) implements Outgoing {}

  record Asked(ResyncRequest request) implements Outgoing {}

  default String topic(Topics topics) {
    return switch (this) {
      case Alerted _ -> topics.alerts();
      case Asked _ -> topics.resyncRequests();
    };
  }

  /// Writes messages; for one thread at a time.
  final class Encoder {
    private final Messages<Alert> alerts = new Messages<>(Alert.class);
    private final Messages<ResyncRequest> requests = new Messages<>(ResyncRequest.class);

    byte[] encode(Outgoing message) {
      return switch (message) {
        case Alerted(var alert) -> alerts.encode(alert);
        case Asked(var request) -> requests.encode(request);
      };
    }
  }
}
