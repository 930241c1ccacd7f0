package io.blocktail.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.process.ForeignTool;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The real peers, with little data.
class BenchRunIT {
  private static final Path DIRECTORY = Path.of("target/bench-it");
  private static final long VOLUME = 16 << 20;
  private static final Agenda.LagSettings LAG = new Agenda.LagSettings(5_000_000, 200, 4);

  private final ByteArrayOutputStream progress = new ByteArrayOutputStream();

  @BeforeEach
  void toolsAreInstalled() {
    for (Tool tool : List.of(Tool.FIO, Tool.NBDKIT, Tool.QEMU)) {
      var _ = ForeignTool.require(tool.program(), tool.debianPackage());
    }
  }

  @Test
  void everyPeerDoesEveryJobAndNothingIsLeftBehind() throws Exception {
    List<Job> jobs = Job.ALL.stream().map(job -> job.dividedBy(64)).toList();

    Report report = run(agenda(jobs, true, "nbdkit", "qemu-write-blocking", "qemu-background"));

    for (Job job : jobs) {
      for (String peer : List.of("nbdkit", "qemu-write-blocking", "qemu-background")) {
        assertThat(report.results().median(job, peer)).as(job.title() + " by " + peer).isPresent();
      }
    }
    assertThat(report.results().lag("qemu-background"))
        .hasValueSatisfying(lag -> assertThat(lag.samples()).isEqualTo(50));
    assertThat(report.json().at("/machine/cores").asInt()).isPositive();
    assertThat(report.text()).contains("nbdkit file", "QEMU mirror bg");
    try (Stream<Path> left = Files.list(DIRECTORY)) {
      assertThat(left).isEmpty();
    }
    assertThat(ProcessHandle.current().children()).isEmpty();
  }

  @Test
  void theMirrorsCopyIsEqualOnceItHasSettled() throws Exception {
    Path image;
    Path copy;
    try (Children children = new Children();
        Workspace workspace = Workspace.in(DIRECTORY, VOLUME, null)) {
      image = workspace.path("image");
      copy = workspace.path("copy");
      workspace.fill(image, VOLUME);
      Files.write(copy, new byte[(int) VOLUME]);
      Job job = Job.ALL.getFirst().dividedBy(64);
      QemuMirror mirror =
          new QemuMirror(children, workspace, QemuMirror.CopyMode.BACKGROUND, image, copy);

      try (Contestant.Export export = mirror.open(job)) {
        new Fio(children, workspace).run(job, new Fio.Area(0, VOLUME), export.uri(), 1);
        export.settle();

        assertThat(Files.mismatch(image, copy)).isEqualTo(-1);
      }
    }
  }

  @Test
  void aServerThatDoesNotStartIsNamedWithItsWords() {
    Agenda agenda = agenda(List.of(Job.ALL.getFirst()), false, "nbdkit");

    assertThatThrownBy(
            () -> {
              try (Children children = new Children();
                  Workspace workspace = Workspace.in(DIRECTORY, 0, null)) {
                new Nbdkit(children, workspace, workspace.path("absent"))
                    .open(agenda.jobs().getFirst());
              }
            })
        .isInstanceOf(BenchFailedException.class)
        .hasMessageStartingWith("waiting for nbdkit's socket: the server ended with 1:")
        .hasMessageContaining("absent");
  }

  @Test
  void aDirectoryWithTooLittleRoomIsRefused() {
    assertThatThrownBy(() -> Workspace.in(DIRECTORY, Long.MAX_VALUE, null))
        .isInstanceOf(BenchFailedException.class)
        .hasMessageContaining("name another with --dir");
  }

  private Report run(Agenda agenda) throws Exception {
    try (BenchRun run =
        new BenchRun(agenda, new PrintStream(progress, true, StandardCharsets.UTF_8))) {
      return run.run();
    }
  }

  private static Agenda agenda(List<Job> jobs, boolean lag, String... contestants) {
    return new Agenda(
        1,
        jobs,
        lag,
        List.of(),
        List.of(contestants),
        VOLUME,
        Ours.JOURNAL_LIMIT,
        LAG,
        Path.of(".."),
        DIRECTORY,
        Optional.empty());
  }
}
