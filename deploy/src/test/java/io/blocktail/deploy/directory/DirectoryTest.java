package io.blocktail.deploy.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.deploy.plan.Plan;
import io.blocktail.deploy.plan.RefusedException;
import io.blocktail.deploy.plan.Wish;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryTest {
  private static final Plan PLAN = Plan.fresh(new Wish(List.of(), List.of(), null, null));

  @TempDir Path temporary;

  @Test
  void aFileIsNoDirectory() throws IOException {
    Path file = Files.createFile(temporary.resolve("file"));

    assertThatThrownBy(() -> new Directory(file).checkUsable())
        .isInstanceOf(RefusedException.class)
        .hasMessageEndingWith("it is not a directory");
    assertThatThrownBy(() -> new Directory(file.resolve("below")).checkUsable())
        .isInstanceOf(RefusedException.class)
        .hasMessageEndingWith("is not a directory that can be written to");
  }

  @Test
  void somebodyElsesDirectoryIsRefused() throws IOException {
    Files.createFile(temporary.resolve("precious"));

    assertThatThrownBy(() -> new Directory(temporary).checkUsable())
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("neither empty nor one that up made");
  }

  @Test
  void aLostSourceImageIsNotMadeAnew() throws IOException {
    var directory = new Directory(temporary);
    Path journal = directory.state(PLAN.volumes().getFirst().name()).resolve("journal");
    Files.createDirectories(journal);

    assertThatThrownBy(() -> directory.checkImages(PLAN))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("volume demo: its file ")
        .hasMessageContaining("demo.img is gone")
        .hasMessageEndingWith("To begin with an empty volume, use another --dir");
  }

  @Test
  void aLostReplicaIsNotMadeAnew() throws IOException {
    var directory = new Directory(temporary);
    Path state = directory.state(PLAN.targets().getFirst());
    Files.createDirectories(state);
    Files.createFile(state.resolve("checkpoint"));

    assertThatThrownBy(() -> directory.checkImages(PLAN))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("target demo/replica-a: its file ")
        .hasMessageContaining("or remove " + state + " as well");
  }

  @Test
  void tooLongAPathHasNoSocket() {
    assertThat(new Directory(Path.of("/" + "d".repeat(97))).hasSocket()).isTrue();
    assertThat(new Directory(Path.of("/" + "d".repeat(98))).hasSocket()).isFalse();
  }
}
