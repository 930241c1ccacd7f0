package io.blocktail.deploy.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ScreenTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final AtomicLong now = new AtomicLong();

  private Screen screen(boolean terminal) {
    return new Screen(
        new PrintStream(bytes, true, StandardCharsets.UTF_8),
        terminal,
        () -> Instant.ofEpochSecond(now.get()));
  }

  private String printed() {
    String text = bytes.toString(StandardCharsets.UTF_8);
    bytes.reset();
    return text;
  }

  private static List<StatusLine> line(String condition, String numbers) {
    return List.of(new StatusLine("demo/a", condition, numbers));
  }

  @Test
  void withoutATerminalOnlyAChangeOfConditionIsPrinted() {
    Screen screen = screen(false);
    screen.show(line("following", "watermark 1"));
    assertThat(printed()).contains("demo/a", "following", "watermark 1");

    now.addAndGet(20);
    screen.show(line("following", "watermark 2"));
    assertThat(printed()).isEmpty();

    screen.show(line("halted: why", "watermark 2"));
    assertThat(printed()).contains("halted: why");
  }

  @Test
  void withoutATerminalALineComesAtMostEveryTenSeconds() {
    Screen screen = screen(false);
    screen.show(line("following", ""));
    printed();

    now.addAndGet(9);
    screen.show(line("halted", ""));
    assertThat(printed()).isEmpty();

    now.addAndGet(1);
    screen.show(line("halted", ""));
    assertThat(printed()).contains("halted");
  }

  @Test
  void onATerminalLinesAreRedrawnInPlace() {
    Screen screen = screen(true);
    screen.show(line("following", "watermark 1"));
    printed();

    screen.show(line("following", "watermark 2"));

    assertThat(printed()).startsWith("\r\u001b[1A\u001b[J").contains("watermark 2");
  }

  @Test
  void aMessageGoesAboveTheLiveLines() {
    Screen screen = screen(true);
    screen.show(line("following", ""));
    printed();

    screen.say("producer died");

    String text = printed();
    assertThat(text.indexOf("producer died")).isLessThan(text.indexOf("following"));
  }

  @Test
  void nothingStaysLiveAfterTheEnd() {
    Screen screen = screen(true);
    screen.show(line("following", ""));
    printed();

    screen.clear();
    screen.say("stopped");

    assertThat(printed()).endsWith("stopped\n").doesNotContain("following");
  }
}
