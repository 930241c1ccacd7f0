package io.blocktail.deploy.directory;

import io.blocktail.deploy.plan.RefusedException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The built program: `deploy/deploy.jar` and `deploy/lib/`, and one directory a service with its
/// `quarkus-run.jar`. The scripts put a new build beside the old one and swap them, and never write
/// into a file of it. So `up` can run from hard links in DIR: whatever is built, or cleaned, while
/// it runs, a child that is started again is the program that the others are.
///
/// @param root absolute
public record App(Path root) {
  /// Different for every build.
  private static final String IDENTITY = "id";

  /// The one that this class was loaded from.
  public static App installed() {
    try {
      Path jar = Path.of(App.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      var app = new App(jar.resolveSibling("..").toAbsolutePath().normalize());
      if (!Files.exists(app.identity())) {
        throw new RefusedException(
            "%s is not a built Blocktail: start it with deploy/up".formatted(app.root));
      }
      return app;
    } catch (URISyntaxException e) {
      throw new AssertionError("the class path holds files", e);
    }
  }

  public Path service(String module) {
    return root.resolve(module).resolve("quarkus-run.jar");
  }

  public Path launcher() {
    return root.resolve("deploy").resolve("deploy.jar");
  }

  public Path libraries() {
    return root.resolve("deploy").resolve("lib");
  }

  private Path identity() {
    return root.resolve(IDENTITY);
  }

  /// Puts this program into `destination`, unless it is there. Whoever calls holds the lock of DIR.
  public App linkInto(Path destination) throws IOException {
    var linked = new App(destination);
    if (Files.exists(linked.identity())
        && Files.readString(linked.identity()).equals(Files.readString(identity()))) {
      return linked;
    }
    Path next = Objects.requireNonNull(destination.getParent()).resolve("app.new");
    Directory.remove(next);
    String before = Files.readString(identity());
    try {
      linkTree(root, next);
    } catch (NoSuchFileException e) {
      throw replaced(e);
    }
    if (!Files.exists(identity()) || !Files.readString(identity()).equals(before)) {
      throw replaced(null);
    }
    Directory.remove(destination);
    Files.move(next, destination, StandardCopyOption.ATOMIC_MOVE);
    return linked;
  }

  private static RefusedException replaced(@Nullable IOException cause) {
    String message = "Blocktail was built anew while it was being started: start it again";
    return cause == null ? new RefusedException(message) : new RefusedException(message, cause);
  }

  /// Hard links, or copies where the file systems differ.
  private static void linkTree(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectories(to.resolve(from.relativize(visited)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Path link = to.resolve(from.relativize(file));
            try {
              Files.createLink(link, file);
            } catch (NoSuchFileException e) {
              throw e;
            } catch (IOException | UnsupportedOperationException e) {
              Files.copy(file, link);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
