package io.blocktail.deploy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// QEMU's own mirror, what a user would pick on one host: qemu-storage-daemon exports a node that a
/// blockdev-mirror job keeps equal to one local file. The export is made first and the job put
/// under it, so that every write of a client passes through the mirror.
final class QemuMirror implements Contestant {
  private static final Duration START = Duration.ofSeconds(30);

  /// The copy at the beginning, and what background mode may have left to do after a job.
  private static final Duration COPY = Duration.ofMinutes(10);

  private static final String JOB = "mirror";

  /// When a write is answered.
  enum CopyMode {
    /// After it reached the copy too.
    WRITE_BLOCKING("write-blocking", "QEMU mirror w-b"),
    /// At once; the copy follows.
    BACKGROUND("background", "QEMU mirror bg");

    private final String qemu;
    private final String title;

    CopyMode(String qemu, String title) {
      this.qemu = qemu;
      this.title = title;
    }

    /// See [Contestant#name].
    String contestant() {
      return "qemu-" + qemu;
    }
  }

  private final Children children;
  private final Workspace workspace;
  private final CopyMode mode;
  private final Path image;
  private final Path copy;

  QemuMirror(Children children, Workspace workspace, CopyMode mode, Path image, Path copy) {
    this.children = children;
    this.workspace = workspace;
    this.mode = mode;
    this.image = image;
    this.copy = copy;
  }

  @Override
  public String name() {
    return mode.contestant();
  }

  @Override
  public String title() {
    return mode.title;
  }

  @Override
  public Export open(Job job) throws BenchFailedException, InterruptedException {
    Path socket = workspace.path("qemu.sock");
    Path qmp = workspace.path("qmp.sock");
    Path log = workspace.log(name() + ".log");
    Process server = children.start(log, command(socket, qmp));
    Await.until(
        "QEMU's sockets", START, server, log, () -> Files.exists(qmp) && Files.exists(socket));
    try {
      Mirroring mirroring = new Mirroring(server, socket, qmp, new QmpConnection(qmp), log);
      mirroring.startCopying();
      return mirroring;
    } catch (IOException e) {
      throw new BenchFailedException("QEMU's QMP socket " + qmp + ": " + e, e);
    }
  }

  private List<String> command(Path socket, Path qmp) {
    return List.of(
        "qemu-storage-daemon",
        "--chardev",
        "socket,id=control,path=" + qmp + ",server=on,wait=off",
        "--monitor",
        "chardev=control",
        "--blockdev",
        "driver=file,node-name=source-file,filename=" + image,
        "--blockdev",
        "driver=raw,node-name=source,file=source-file",
        "--blockdev",
        "driver=file,node-name=copy-file,filename=" + copy,
        "--blockdev",
        "driver=raw,node-name=copy,file=copy-file",
        "--nbd-server",
        "addr.type=unix,addr.path=" + socket,
        "--export",
        "type=nbd,id=export,node-name=source,name=bench,writable=on");
  }

  private final class Mirroring implements Export {
    private final Process server;
    private final Path socket;
    private final Path qmpSocket;
    private final QmpConnection qmp;
    private final Path log;

    Mirroring(Process server, Path socket, Path qmpSocket, QmpConnection qmp, Path log) {
      this.server = server;
      this.socket = socket;
      this.qmpSocket = qmpSocket;
      this.qmp = qmp;
      this.log = log;
    }

    /// Returns when the copy is equal and the job follows what is written.
    void startCopying() throws BenchFailedException, InterruptedException {
      qmp.execute(
          "blockdev-mirror",
          QmpConnection.arguments()
              .put("job-id", JOB)
              .put("device", "source")
              .put("target", "copy")
              .put("sync", "full")
              .put("copy-mode", mode.qemu));
      Await.until("QEMU's first copy", COPY, server, log, () -> job().path("ready").asBoolean());
    }

    /// A mirror that ended, for instance because its file could not be written, leaves an export
    /// that is fast and mirrors nothing.
    private JsonNode job() throws BenchFailedException {
      for (JsonNode job : qmp.execute("query-block-jobs", QmpConnection.arguments())) {
        if (JOB.equals(job.path("device").asText())
            && "ok".equals(job.path("io-status").asText())) {
          return job;
        }
      }
      throw new BenchFailedException("QEMU's mirror job ended or failed: see " + log);
    }

    @Override
    public String uri() {
      return Contestant.uri(exportName(), socket);
    }

    @Override
    public Path socket() {
      return socket;
    }

    @Override
    public String exportName() {
      return "bench";
    }

    @Override
    public List<Path> replicas() {
      return List.of(copy);
    }

    @Override
    public Duration settle() throws BenchFailedException, InterruptedException {
      long start = System.nanoTime();
      Await.until("QEMU's copy to follow", COPY, server, log, this::followed);
      return Duration.ofNanos(System.nanoTime() - start);
    }

    /// The job tells its progress only now and then; which blocks it still has to copy is known at
    /// once.
    private boolean followed() throws BenchFailedException {
      if (dirtyBytes() > 0) {
        return false;
      }
      JsonNode job = job();
      return job.path("ready").asBoolean()
          && job.path("offset").asLong(-1) == job.path("len").asLong(-2);
    }

    /// Of the one bitmap that there is, the job's own.
    private long dirtyBytes() throws BenchFailedException {
      JsonNode nodes =
          qmp.execute("query-named-block-nodes", QmpConnection.arguments().put("flat", true));
      for (JsonNode node : nodes) {
        JsonNode count = node.path("dirty-bitmaps").path(0).path("count");
        if ("source".equals(node.path("node-name").asText()) && count.isIntegralNumber()) {
          return count.asLong();
        }
      }
      throw new BenchFailedException("QEMU does not tell what its mirror has yet to copy");
    }

    @Override
    public void close() throws BenchFailedException {
      try {
        qmp.close();
      } catch (IOException e) {
        throw new BenchFailedException("QEMU's QMP socket " + qmpSocket + ": " + e, e);
      } finally {
        children.stop(server);
        Await.gone(socket);
        Await.gone(qmpSocket);
      }
    }
  }
}
