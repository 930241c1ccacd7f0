package io.blocktail.deploy.bench;

import io.blocktail.deploy.client.Answer;
import io.blocktail.deploy.client.Endpoints;
import io.blocktail.deploy.client.ServiceClient;
import io.blocktail.deploy.client.Target;
import io.blocktail.deploy.client.Volume;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the running system says about the volume under test and its targets. A figure that is
/// missing is an error: it must not read as "nothing to do".
final class TestedVolume {
  private static final Duration ANSWER = Duration.ofSeconds(10);

  private final String name;
  private final ServiceClient client;

  TestedVolume(String name, Endpoints endpoints) {
    this.name = name;
    this.client = new ServiceClient(endpoints, ANSWER);
  }

  /// @param journalBytes of the journal that are in use
  record Source(String state, long sequence, long journalBytes) {
    /// Whether clients are served at full speed, published or not.
    boolean serving() {
      return state.equals("serving") || state.equals("paused");
    }
  }

  record Replica(String name, String state, boolean consistent, long watermark, Path file) {
    boolean follows() {
      return consistent && state.equals("following");
    }
  }

  Source source() throws UnansweredException {
    for (Volume volume : given(client.volumes())) {
      if (volume.name().equals(name)) {
        return new Source(
            volume.state(),
            known(volume.sequence(), "sequence", volume),
            known(volume.journalBytes(), "journalBytes", volume));
      }
    }
    throw new UnansweredException("the producer has no volume " + name);
  }

  /// Nothing is published from now on.
  void pause() throws UnansweredException {
    given(client.pause(name));
  }

  void resume() throws UnansweredException {
    given(client.resume(name));
  }

  List<Replica> replicas() throws UnansweredException {
    List<Replica> replicas = new ArrayList<>();
    for (Target target : given(client.targets())) {
      if (target.volume().equals(name)) {
        replicas.add(
            new Replica(
                target.name(),
                target.state(),
                target.consistent(),
                known(target.watermark(), "watermark", target),
                Path.of(target.file())));
      }
    }
    return replicas;
  }

  private static <T> T given(Answer<T> answer) throws UnansweredException {
    if (answer instanceof Answer.Given<T>(T value)) {
      return value;
    }
    throw new UnansweredException(answer.trouble());
  }

  private static long known(@Nullable Long figure, String field, Object told)
      throws UnansweredException {
    if (figure == null) {
      throw new UnansweredException("no %s in %s".formatted(field, told));
    }
    return figure;
  }
}
