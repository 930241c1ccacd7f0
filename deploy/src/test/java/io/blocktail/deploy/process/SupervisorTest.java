package io.blocktail.deploy.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.deploy.process.ChildState.BackingOff;
import io.blocktail.deploy.process.ChildState.GivenUp;
import io.blocktail.deploy.process.ChildState.Ready;
import io.blocktail.deploy.process.ChildState.Stopped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// With real child processes: shells.
@Timeout(30)
class SupervisorTest {
  private static final RestartPolicy QUICK =
      new RestartPolicy(
          Duration.ofMillis(20),
          Duration.ofMillis(100),
          Duration.ofMinutes(1),
          3,
          Duration.ofMinutes(1));

  @TempDir Path temporary;
  private final List<String> notices = new CopyOnWriteArrayList<>();
  private final LinkedBlockingQueue<Boolean> changes = new LinkedBlockingQueue<>();
  private final List<Supervisor> started = new CopyOnWriteArrayList<>();

  @AfterEach
  void stopAll() throws InterruptedException {
    for (Supervisor supervisor : started) {
      supervisor.stop(Duration.ZERO);
    }
  }

  /// Ready as soon as there is a file `ready`.
  private Supervisor start(String script, RestartPolicy policy) {
    Path ready = temporary.resolve("ready");
    var child =
        new Child(
            "child",
            List.of("/bin/sh", "-c", script),
            temporary,
            temporary.resolve("child.pid"),
            temporary.resolve("child.out"),
            temporary.resolve("child.log"),
            () -> Files.exists(ready));
    var supervisor =
        new Supervisor(
            child, policy, InstantSource.system(), notices::add, () -> changes.add(true));
    started.add(supervisor);
    supervisor.start();
    return supervisor;
  }

  private void await(Supervisor supervisor, Predicate<ChildState> state)
      throws InterruptedException {
    while (!state.test(supervisor.state())) {
      assertThat(changes.poll(10, TimeUnit.SECONDS)).as("state %s", supervisor.state()).isTrue();
    }
  }

  private long pid() throws IOException {
    return Long.parseLong(Files.readString(temporary.resolve("child.pid")).strip());
  }

  @Test
  void aKilledChildIsStartedAgain() throws Exception {
    Supervisor supervisor = start("touch ready; exec sleep 1000", QUICK);
    await(supervisor, Ready.class::isInstance);
    long first = pid();

    ProcessHandle.of(first).orElseThrow().destroyForcibly();

    await(supervisor, state -> state instanceof Ready ready && ready.pid() != first);
    assertThat(notices)
        .anySatisfy(line -> assertThat(line).startsWith("child died (killed by signal 9)"))
        .anySatisfy(line -> assertThat(line).startsWith("child runs again"));
  }

  @Test
  void oneThatDiesAgainAndAgainIsGivenUp() throws Exception {
    Supervisor supervisor = start("touch ready; sleep 0.3; echo out of luck; exit 7", QUICK);

    await(supervisor, GivenUp.class::isInstance);

    assertThat(supervisor.state())
        .isEqualTo(new GivenUp("it died 3 times within 60 s, last: exit code 7"));
    assertThat(supervisor.complaint()).containsExactly("out of luck");
  }

  @Test
  void oneThatRefusesToStartIsGivenUpAtOnceWithItsWords() throws Exception {
    Supervisor supervisor = start("echo 'blocktail.nbd.port: busy' >&2; exit 1", QUICK);

    await(supervisor, GivenUp.class::isInstance);

    assertThat(supervisor.state()).isEqualTo(new GivenUp("it did not start: exit code 1"));
    assertThat(supervisor.complaint()).containsExactly("blocktail.nbd.port: busy");
    assertThat(temporary.resolve("child.out")).hasContent("blocktail.nbd.port: busy");
  }

  @Test
  void aStopIsCleanWhenTheChildObeys() throws Exception {
    Supervisor supervisor =
        start("trap 'echo bye; exit 0' TERM; touch ready; while :; do sleep 0.05; done", QUICK);
    await(supervisor, Ready.class::isInstance);

    assertThat(supervisor.stop(Duration.ofSeconds(10))).isTrue();

    assertThat(supervisor.state()).isInstanceOf(Stopped.class);
    assertThat(temporary.resolve("child.out")).hasContent("bye");
    assertThat(temporary.resolve("child.pid")).doesNotExist();
  }

  @Test
  void aChildThatDoesNotObeyIsKilledAndThatIsSaid() throws Exception {
    Supervisor supervisor = start("trap '' TERM; touch ready; while :; do sleep 0.05; done", QUICK);
    await(supervisor, Ready.class::isInstance);
    ProcessHandle child = ProcessHandle.of(pid()).orElseThrow();

    assertThat(supervisor.stop(Duration.ofMillis(300))).isFalse();

    assertThat(child.isAlive()).isFalse();
    assertThat(notices)
        .anySatisfy(line -> assertThat(line).contains("did not stop within 0 s and was killed"));
  }

  @Test
  void aStopEndsTheWaitForTheNextStart() throws Exception {
    var slow =
        new RestartPolicy(
            Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1), 9, Duration.ofHours(1));
    Supervisor supervisor = start("touch ready; exec sleep 1000", slow);
    await(supervisor, Ready.class::isInstance);
    ProcessHandle.of(pid()).orElseThrow().destroyForcibly();
    await(supervisor, BackingOff.class::isInstance);

    assertThat(supervisor.stop(Duration.ofSeconds(1))).isTrue();

    assertThat(supervisor.state()).isInstanceOf(Stopped.class);
  }
}
