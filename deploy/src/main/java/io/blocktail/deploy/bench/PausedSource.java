package io.blocktail.deploy.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Blocktail while its publishing is paused: what capturing costs, without the share that Kafka and
/// the targets have of the same cores. What a job has written is published when it has ended, and
/// nobody else is measured before that is done.
final class PausedSource implements Contestant {
  static final String NAME = "blocktail-paused";

  private final Ours system;

  PausedSource(Ours system) {
    this.system = system;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String title() {
    return "blocktail, paused";
  }

  @Override
  public boolean isPartOf(Ours system) {
    return this.system == system;
  }

  @Override
  public Export open(Job job) throws BenchFailedException, InterruptedException {
    Export export = system.open(job);
    system.pause();
    return new Paused(export);
  }

  private final class Paused implements Export {
    private final Export export;

    Paused(Export export) {
      this.export = export;
    }

    @Override
    public String uri() {
      return export.uri();
    }

    @Override
    public Path socket() {
      return export.socket();
    }

    @Override
    public String exportName() {
      return export.exportName();
    }

    /// They do not follow while it is measured.
    @Override
    public List<Path> replicas() {
      return List.of();
    }

    @Override
    public Duration settle() throws BenchFailedException, InterruptedException {
      system.resume();
      return export.settle();
    }

    @Override
    public void close() throws BenchFailedException, InterruptedException {
      export.close();
    }
  }
}
