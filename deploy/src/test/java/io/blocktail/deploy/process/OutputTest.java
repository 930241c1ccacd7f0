package io.blocktail.deploy.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputTest {
  @TempDir Path temporary;

  private static ByteArrayInputStream text(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void theFilesStayBoundedAndTheLastLinesAreKept() throws IOException {
    Path file = temporary.resolve("child.out");
    var output = new Output(file, 20_000);
    var text = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      text.append("line ").append(i).append('\n');
    }

    assertThat(output.drain(text(text + "no end of line"))).isNull();

    assertThat(Files.size(file)).isLessThanOrEqualTo(20_000);
    assertThat(Files.size(temporary.resolve("child.out.1"))).isLessThanOrEqualTo(20_000);
    assertThat(output.lastLines()).hasSize(200).endsWith("line 19999", "no end of line");
  }

  @Test
  void whatCannotBeWrittenIsDrainedAndSaid() throws IOException {
    var output = new Output(temporary.resolve("missing").resolve("child.out"), 1000);

    assertThat(output.drain(text("last words\n"))).isInstanceOf(IOException.class);
    assertThat(output.lastLines()).containsExactly("last words");
  }
}
