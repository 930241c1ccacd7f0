package io.blocktail.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.blocktail.deploy.plan.Ports;
import io.blocktail.process.ForeignTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Every command of the README's code blocks does what a reader expects, in the README's order.
/// Only ports and paths are others, and sizes: the comparison of large images takes long.
@Timeout(300)
class ReadmeIT {
  private static final String FENCE = "```";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path temporary;

  private @Nullable RunningSystem system;
  private int starts;

  @Test
  void everyCommandOfTheReadmeWorks() throws Exception {
    List<String> commands = commands();
    assertThat(commands).contains("deploy/up", "deploy/blocktail demo");
    try {
      for (String command : commands) {
        run(command);
      }
    } finally {
      stop();
    }
  }

  private static Path repository() {
    Path deploy = Objects.requireNonNull(Script.path("up").getParent());
    return Objects.requireNonNull(deploy.getParent());
  }

  /// The lines of all code blocks but pictures, which are not ASCII.
  private static List<String> commands() throws IOException {
    var commands = new ArrayList<String>();
    var block = new ArrayList<String>();
    boolean inside = false;
    for (String line : Files.readAllLines(repository().resolve("README.md"))) {
      if (!line.startsWith(FENCE)) {
        block.add(line.strip());
        continue;
      }
      if (inside && block.stream().allMatch(one -> one.chars().allMatch(c -> c < 128))) {
        commands.addAll(block);
      }
      block.clear();
      inside = !inside;
    }
    commands.removeIf(line -> line.isEmpty() || line.startsWith("#"));
    return commands;
  }

  private void run(String command) throws Exception {
    String[] words = command.split(" +");
    switch (words[0]) {
      case "deploy/up" -> up(List.of(words).subList(1, words.length));
      case "deploy/blocktail" ->
          succeeds(running().blocktail(Arrays.copyOfRange(words, 1, words.length)), command);
      case "deploy/test", "deploy/bench" -> help(words[0]); // run by others
      case "nbdinfo", "nbdcopy" -> client(words[0], "libnbd-bin", command);
      case "qemu-io" -> client(words[0], "qemu-utils", command);
      default -> fail("the README has a command that this test does not know: %s", command);
    }
  }

  private RunningSystem running() {
    return Objects.requireNonNull(system, "the README starts with deploy/up");
  }

  private void up(List<String> words) throws Exception {
    stop();
    var options = new ArrayList<String>();
    for (int i = 0; i < words.size(); i++) {
      if (words.get(i).equals("--dir")) {
        i++; // each start has its own
      } else {
        options.add(withPaths(words.get(i)));
      }
    }
    system =
        RunningSystem.start(temporary.resolve("up-" + starts++), options.toArray(String[]::new));
  }

  /// `NAME=/PATH` with the path below our own directory. A volume's file is there; of a target's
  /// only the directory.
  private String withPaths(String word) throws IOException {
    int path = word.indexOf("=/");
    if (path < 0) {
      return word.replaceFirst("=(\\d+)G$", "=$1M");
    }
    Path file = temporary.resolve(word.substring(path + 2));
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    boolean volume = word.indexOf('/') > path;
    if (volume) {
      Files.write(file, random(4 << 20));
    }
    return word.substring(0, path + 1) + file;
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(4).nextBytes(bytes);
    return bytes;
  }

  private static void help(String script) throws Exception {
    String name = script.substring(script.indexOf('/') + 1);
    succeeds(Script.run(PATIENCE, name, List.of("--help")), script);
  }

  private static void succeeds(Script.Result result, String command) {
    assertThat(result.exit()).as("%s%n%s", command, result.printed()).isZero();
  }

  private void client(String tool, String debianPackage, String command) throws Exception {
    var _ = ForeignTool.require(tool, debianPackage);
    Path disk = temporary.resolve("disk.img");
    Files.write(disk, random(4 << 20));
    String ours =
        command
            .replace(":10809/", ":%d/".formatted(new Ports(running().offset()).nbd()))
            .replace(" disk.img ", " " + disk + " ");
    ForeignTool.require("bash", "bash").run("-c", ours);
  }

  /// Of every volume that the README made, the copies are right.
  private void stop() throws Exception {
    RunningSystem before = system;
    system = null;
    if (before != null) {
      try (before) {
        for (var volume : before.volumes()) {
          before.awaitFollowed(volume.name());
          var cmp = ForeignTool.require("cmp", "diffutils");
          for (var target : before.targets()) {
            if (target.volume().equals(volume.name())) {
              cmp.run(volume.file(), target.file());
            }
          }
        }
        assertThat(before.stop()).isZero();
      }
    }
  }
}
