package io.blocktail.producer.capture;

import io.blocktail.volume.VolumeName;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Whether a volume may serve: yes, until the first reason why not.
final class Fitness {
  private final VolumeName name;
  private final AtomicReference<@Nullable String> reason = new AtomicReference<>();
  private volatile Consumer<IOException> onStop = cause -> {};

  Fitness(VolumeName name) {
    this.name = name;
  }

  /// Says who else is to be told.
  void onStop(Consumer<IOException> listener) {
    onStop = listener;
  }

  /// The first reason counts.
  void stop(String why) {
    if (reason.compareAndSet(null, "volume %s: %s".formatted(name, why))) {
      onStop.accept(stopped());
    }
  }

  /// Stops the volume because of an error that leaves open what is durable.
  IOException stop(String what, Throwable cause) {
    stop("%s: %s".formatted(what, said(cause)));
    IOException stopped = stopped();
    stopped.initCause(cause);
    return stopped;
  }

  static String said(Throwable cause) {
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }

  @Nullable String reason() {
    return reason.get();
  }

  void check() throws IOException {
    if (reason.get() != null) {
      throw stopped();
    }
  }

  private IOException stopped() {
    return new IOException("stopped: " + reason.get());
  }
}
