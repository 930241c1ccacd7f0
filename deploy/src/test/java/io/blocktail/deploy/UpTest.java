package io.blocktail.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is refused is refused before anything is created.
class UpTest {
  @TempDir Path temporary;
  private final StringWriter err = new StringWriter();

  private int up(String... options) {
    return Up.commandLine().setErr(new PrintWriter(err)).execute(options);
  }

  private Path dir() {
    return temporary.resolve("dir");
  }

  @Test
  void aMissingVolumeFileIsRefusedAndNothingIsCreated() {
    assertThat(up("--dir", dir().toString(), "--volume", "a=" + temporary.resolve("none.img")))
        .isEqualTo(2);

    assertThat(err.toString()).contains("volume a: there is no file");
    assertThat(dir()).doesNotExist();
  }

  @Test
  void aBadNameIsRefusedAndNothingIsCreated() {
    assertThat(up("--dir", dir().toString(), "--volume", "Bad=1G")).isEqualTo(2);

    assertThat(err.toString()).contains("'Bad' is not a volume name");
    assertThat(dir()).doesNotExist();
  }

  @Test
  void anUnknownOptionIsRefused() {
    assertThat(up("--volumes", "a=1G")).isEqualTo(2);
    assertThat(err.toString()).contains("--volumes");
  }

  @Test
  void aDirectoryThatCannotBeMadeIsRefused() throws IOException {
    Path file = Files.createFile(temporary.resolve("file"));

    assertThat(up("--dir", file.resolve("dir").toString())).isEqualTo(2);

    assertThat(err.toString()).contains("is not a directory that can be written to");
  }
}
