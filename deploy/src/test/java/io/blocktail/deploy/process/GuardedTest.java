package io.blocktail.deploy.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class GuardedTest {
  /// What is guarded here: says who it is, then waits for ever.
  public static final class Sleeper {
    private Sleeper() {}

    public static void main(String[] arguments) throws Exception {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("clean end")));
      // Behind the name in brackets: state, parent, group, session.
      String[] stat = Files.readString(Path.of("/proc/self/stat")).split("[)] ", 2)[1].split(" ");
      System.out.println(arguments[0] + " session " + stat[3]);
      Thread.currentThread().join();
    }
  }

  private static String classes(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation().getPath();
  }

  private static Process start() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            classes(Guarded.class) + ":" + classes(Sleeper.class),
            Guarded.class.getName(),
            "mark",
            Sleeper.class.getName(),
            "argument")
        .redirectErrorStream(true)
        .start();
  }

  private static BufferedReader output(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  @Test
  void theChildHasASessionOfItsOwn() throws IOException {
    Process process = start();
    try {
      assertThat(output(process).readLine()).isEqualTo("argument session " + process.pid());
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void theChildEndsCleanlyWhenTheLauncherIsGone() throws Exception {
    Process process = start();
    try {
      BufferedReader output = output(process);
      assertThat(output.readLine()).startsWith("argument");

      process.getOutputStream().close(); // as the operating system does for a killed launcher

      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(output.readLine()).isEqualTo("clean end");
    } finally {
      process.destroyForcibly();
    }
  }
}
