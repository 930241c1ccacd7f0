package io.blocktail.deploy.directory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppTest {
  @TempDir Path temporary;

  private App built(String id) throws IOException {
    Path root = temporary.resolve("app-" + id);
    Files.createDirectories(root.resolve("producer").resolve("lib"));
    Files.writeString(root.resolve("id"), id);
    Files.writeString(root.resolve("producer").resolve("lib").resolve("a.jar"), "jar of " + id);
    return new App(root);
  }

  private static String jar(App app) throws IOException {
    return Files.readString(app.root().resolve("producer").resolve("lib").resolve("a.jar"));
  }

  @Test
  void whatRunsOutlivesTheBuildItCameFrom() throws IOException {
    App built = built("1");
    App running = built.linkInto(temporary.resolve("app"));

    Directory.remove(built.root());

    assertThat(jar(running)).isEqualTo("jar of 1");
  }

  @Test
  void aNewBuildTakesThePlaceOfTheOldOne() throws IOException {
    built("1").linkInto(temporary.resolve("app"));

    App running = built("2").linkInto(temporary.resolve("app"));

    assertThat(jar(running)).isEqualTo("jar of 2");
    assertThat(temporary.resolve("app.new")).doesNotExist();
  }

  @Test
  void theSameBuildIsLeftAsItIs() throws IOException {
    App built = built("1");
    built.linkInto(temporary.resolve("app"));
    Path mark = Files.createFile(temporary.resolve("app").resolve("mark"));

    built.linkInto(temporary.resolve("app"));

    assertThat(mark).exists();
  }
}
