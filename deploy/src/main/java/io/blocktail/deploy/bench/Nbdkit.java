package io.blocktail.deploy.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// nbdkit's file plugin: a plain NBD server, no replica. What serving a file costs when nothing
/// else is done.
final class Nbdkit implements Contestant {
  static final String NAME = "nbdkit";

  private static final Duration START = Duration.ofSeconds(30);

  private final Children children;
  private final Workspace workspace;
  private final Path image;

  Nbdkit(Children children, Workspace workspace, Path image) {
    this.children = children;
    this.workspace = workspace;
    this.image = image;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String title() {
    return "nbdkit file";
  }

  @Override
  public Export open(Job job) throws BenchFailedException, InterruptedException {
    Path socket = workspace.path("nbdkit.sock");
    Path log = workspace.log("nbdkit.log");
    // In the foreground, so that it is our child; it makes the socket when it can answer.
    Process server =
        children.start(
            log, List.of("nbdkit", "-f", "-U", socket.toString(), "file", image.toString()));
    Await.until("nbdkit's socket", START, server, log, () -> Files.exists(socket));
    return new Serving(server, socket);
  }

  private final class Serving implements Export {
    private final Process server;
    private final Path socket;

    Serving(Process server, Path socket) {
      this.server = server;
      this.socket = socket;
    }

    @Override
    public String uri() {
      return Contestant.uri("", socket);
    }

    @Override
    public Path socket() {
      return socket;
    }

    @Override
    public String exportName() {
      return "";
    }

    @Override
    public List<Path> replicas() {
      return List.of();
    }

    @Override
    public Duration settle() {
      return Duration.ZERO;
    }

    @Override
    public void close() throws BenchFailedException {
      children.stop(server);
      Await.gone(socket);
    }
  }
}
