package io.blocktail.deploy.command;

import io.blocktail.deploy.client.Answer;
import io.blocktail.deploy.client.ServiceClient;
import io.blocktail.deploy.client.Volume;
import io.blocktail.deploy.plan.Size;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `blocktail volumes`, and what can be done with one of them.
@Command(
    name = "volumes",
    description = "The source volumes; without a further word, lists them.",
    synopsisSubcommandLabel = "[COMMAND]")
public final class VolumesCommand implements Callable<Integer> {
  @Mixin Connection connection = new Connection();
  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    return print(connection, ServiceClient::volumes);
  }

  @Command(name = "list", description = "Lists the volumes.")
  int list(@Mixin Connection connection) {
    return print(connection, ServiceClient::volumes);
  }

  @Command(
      name = "pause",
      description = {
        "Stops publishing a volume, also over restarts. It is served on, and its journal keeps what is"
            + " written; what happens when that is full is configured"
            + " (blocktail.journal.when-full)."
      })
  int pause(
      @Mixin Connection connection,
      @Parameters(paramLabel = "VOLUME", description = "the volume's name") String volume) {
    return change(connection, client -> client.pause(volume));
  }

  @Command(name = "resume", description = "Goes on publishing a volume that was paused.")
  int resume(
      @Mixin Connection connection,
      @Parameters(paramLabel = "VOLUME", description = "the volume's name") String volume) {
    return change(connection, client -> client.resume(volume));
  }

  @Command(
      name = "create",
      description = {
        "Makes a volume, of SIZE bytes and all zeros, or of a file's content. It is there after a restart"
            + " too. No target follows it before one is configured."
      })
  int create(
      @Mixin Connection connection,
      @Parameters(index = "0", paramLabel = "VOLUME", description = "the volume's name")
          String volume,
      @Parameters(
              index = "1",
              arity = "0..1",
              paramLabel = "SIZE",
              description = "20G, 512M or bytes; leave it out for a file or device that is there")
          @Nullable String size,
      @Option(
              names = "--file",
              paramLabel = "FILE",
              description =
                  "where its bytes are, on the producer's machine: a file or block device")
          @Nullable String file,
      @Option(
              names = "--directory",
              paramLabel = "DIR",
              description = "for its journal and the like, on the producer's machine")
          @Nullable String directory,
      @Option(names = "--read-only", description = "NBD clients may only read it")
          boolean readOnly) {
    Long bytes = size == null ? null : Size.parse(size).bytes();
    var wanted = new ServiceClient.NewVolume(volume, bytes, file, directory, readOnly);
    return change(connection, client -> client.create(wanted));
  }

  @Command(
      name = "delete",
      description = {
        "Deletes a volume that was made by `create`. Its file and its history stay, if they are not asked"
            + " for; a volume with clients, or with changes that are not published, is not deleted."
      })
  int delete(
      @Mixin Connection connection,
      @Parameters(paramLabel = "VOLUME", description = "the volume's name") String volume,
      @Option(
              names = "--force",
              description = "cut its clients off, and give up what is not published")
          boolean force,
      @Option(names = "--data", description = "delete its file too") boolean data,
      @Option(
              names = "--stream",
              description =
                  "delete its topic too, which is its history: its targets can never begin anew")
          boolean stream) {
    try (ServiceClient client = client(connection)) {
      var gone = Connection.value(client.delete(volume, force, data, stream));
      var out = spec.commandLine().getOut();
      if (connection.json()) {
        Printer.json(out, gone);
      } else {
        out.println("volume %s is deleted".formatted(gone.name()));
        out.flush();
      }
      return 0;
    }
  }

  @Command(
      name = "grow",
      description = {
        "Makes a volume larger while it is served, and all its targets with it. Clients that are connected"
            + " see the new size when they connect anew. A block device must have the size already, also"
            + " one that a target is on."
      })
  int grow(
      @Mixin Connection connection,
      @Parameters(index = "0", paramLabel = "VOLUME", description = "the volume's name")
          String volume,
      @Parameters(index = "1", paramLabel = "SIZE", description = "20G or 512M, say") String size) {
    long bytes = Size.parse(size).bytes();
    return change(connection, client -> client.grow(volume, bytes));
  }

  @Command(
      name = "read-only",
      description = {
        "Lets NBD clients only read a volume, also those that are connected, and over restarts."
      })
  int readOnly(
      @Mixin Connection connection,
      @Parameters(paramLabel = "VOLUME", description = "the volume's name") String volume,
      @Option(names = "--off", description = "let them write again, as soon as they connect anew")
          boolean off) {
    return change(connection, client -> client.readOnly(volume, !off));
  }

  private ServiceClient client(Connection of) {
    of.known = connection.known;
    return of.client();
  }

  private int change(Connection connection, Function<ServiceClient, Answer<Volume>> question) {
    try (ServiceClient client = client(connection)) {
      var volume = Connection.value(question.apply(client));
      var out = spec.commandLine().getOut();
      if (connection.json()) {
        Printer.json(out, volume);
      } else {
        Printer.table(out, Tables.volumes(List.of(volume)));
      }
      return 0;
    }
  }

  private int print(Connection connection, Function<ServiceClient, Answer<List<Volume>>> question) {
    try (ServiceClient client = client(connection)) {
      var volumes = Connection.value(question.apply(client));
      var out = spec.commandLine().getOut();
      if (connection.json()) {
        Printer.json(out, volumes);
      } else {
        Printer.table(out, Tables.volumes(volumes));
      }
      return 0;
    }
  }
}
