package io.blocktail.deploy.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Runs fio's NBD engine against an export. It needs some of the same cores, for every contestant
/// alike.
final class Fio {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Children children;
  private final Workspace workspace;
  private int runs;

  Fio(Children children, Workspace workspace) {
    this.children = children;
    this.workspace = workspace;
  }

  /// @param area the part of the export that the job may touch
  /// @param seed of the offsets: the same for all contestants of a round
  FioResult run(Job job, Area area, String uri, int seed)
      throws BenchFailedException, InterruptedException {
    String run = "fio-%03d-%s".formatted(++runs, job.name());
    Path output = workspace.log(run + ".json");
    Path messages = workspace.log(run + ".log");
    int exit = children.await(children.start(messages, command(job, area, uri, seed, output)));
    try {
      if (exit != 0) {
        throw new BenchFailedException(
            "%s at %s: fio ended with %d: %s"
                .formatted(job.title(), uri, exit, Files.readString(messages).strip()));
      }
      return FioResult.of(JSON.readTree(Files.readString(output)), job);
    } catch (IOException e) {
      throw new BenchFailedException("cannot read fio's output " + output + ": " + e, e);
    }
  }

  /// Bytes of an export, from an offset on.
  record Area(long offset, long size) {}

  static List<String> command(Job job, Area area, String uri, int seed, Path output) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "fio",
                "--name=" + job.name(),
                "--ioengine=nbd",
                "--uri=" + uri,
                "--rw=" + job.access().fio(),
                "--bs=" + job.blockSize(),
                "--iodepth=" + job.depth(),
                "--offset=" + area.offset(),
                "--size=" + area.size(),
                "--io_size=" + job.bytes() / job.clients(),
                "--randseed=" + seed,
                "--output-format=json",
                "--output=" + output));
    if (job.clients() > 1) {
      command.add("--numjobs=" + job.clients());
      command.add("--group_reporting");
    }
    if (job.fsyncEvery() > 0) {
      command.add("--fsync=" + job.fsyncEvery());
    }
    return command;
  }
}
