package io.blocktail.validator.alert;

import io.blocktail.event.avro.Alert;
import io.blocktail.event.avro.ResyncRequest;

/// Where the watch sends what it decides.
public interface Outbox {
  void alert(Alert alert);

  void ask(ResyncRequest request);
}
