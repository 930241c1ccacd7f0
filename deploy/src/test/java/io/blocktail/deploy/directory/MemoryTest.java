package io.blocktail.deploy.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.deploy.plan.Plan;
import io.blocktail.deploy.plan.PlannedTarget;
import io.blocktail.deploy.plan.PlannedVolume;
import io.blocktail.deploy.plan.RefusedException;
import io.blocktail.deploy.plan.Wish;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryTest {
  @TempDir Path temporary;

  @Test
  void aPlanIsReadBackAsItWasWritten() throws IOException {
    var directory = new Directory(temporary);
    Plan plan =
        Plan.fresh(
            new Wish(
                List.of(PlannedVolume.parse("a=1G"), PlannedVolume.parse("b=/dev/b")),
                List.of(PlannedTarget.parse("a/x=/tmp/x.img")),
                "k:9092",
                12));

    Memory.write(directory, plan);

    assertThat(Memory.read(directory)).contains(plan);
  }

  @Test
  void aNewDirectoryRemembersNothing() {
    assertThat(Memory.read(new Directory(temporary))).isEmpty();
  }

  @Test
  void anotherFormatIsRefused() throws IOException {
    var directory = new Directory(temporary);
    Files.writeString(
        directory.memory(), "{\"format\":2,\"portOffset\":0,\"volumes\":[],\"targets\":[]}");

    assertThatThrownBy(() -> Memory.read(directory))
        .isInstanceOf(RefusedException.class)
        .hasMessageEndingWith("has format 2; this release reads format 1");
  }

  @Test
  void aDamagedFileIsRefused() throws IOException {
    var directory = new Directory(temporary);
    for (String text :
        List.of(
            "",
            "{",
            "[]",
            "{\"format\":1,\"portOffset\":0}",
            "{\"format\":1,\"portOffset\":0,\"volumes\":[{\"name\":\"a\"}],\"targets\":[]}")) {
      Files.writeString(directory.memory(), text);

      assertThatThrownBy(() -> Memory.read(directory))
          .as(text)
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("is damaged");
    }
  }
}
