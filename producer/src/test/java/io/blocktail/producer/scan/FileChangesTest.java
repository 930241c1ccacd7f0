package io.blocktail.producer.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FileChangesTest {
  private static final long SETTLE = Duration.ofSeconds(2).toNanos();

  @TempDir Path directory;
  private Path file;
  private FileChanges changes;
  private long nanos;

  @BeforeEach
  void watch() throws IOException {
    file = Files.write(directory.resolve("file"), new byte[4096]);
    changes = FileChanges.watching(file, Duration.ofNanos(SETTLE));
  }

  @AfterEach
  void close() throws IOException {
    changes.close();
  }

  /// The system tells it in its own time.
  private void awaitSeen() throws InterruptedException {
    awaitSeen(changes);
  }

  private void awaitSeen(FileChanges by) throws InterruptedException {
    while (!by.noticed(nanos)) {
      TimeUnit.MILLISECONDS.sleep(5); // between two questions to the system
      nanos += SETTLE / 4;
    }
  }

  @Test
  void aFileThatWasWrittenToIsNoticedOnceItHasComeToRest() throws Exception {
    assertThat(changes.noticed(nanos)).isFalse();
    Files.write(file, new byte[8192]);
    awaitSeen();
    assertThat(nanos).isGreaterThanOrEqualTo(SETTLE);
    changes.taken();
    assertThat(changes.noticed(nanos + SETTLE)).isFalse();
  }

  @Test
  void aFileThatNeverComesToRestIsNoticedAllTheSame() throws Exception {
    boolean noticed = false;
    for (int i = 0; !noticed; i++) {
      assertThat(i).isLessThan(10_000);
      Files.write(file, new byte[] {(byte) i});
      TimeUnit.MILLISECONDS.sleep(2); // the system tells it in its own time
      noticed = changes.noticed(nanos);
      nanos += SETTLE / 2;
    }
    assertThat(nanos).isGreaterThanOrEqualTo(2 * SETTLE);
  }

  @Test
  void aFileThatWasReplacedIsNoticed() throws Exception {
    Path other = Files.write(directory.resolve("other"), new byte[4096]);
    Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
    awaitSeen();
  }

  @Test
  void aFileBehindALinkIsNoticed() throws Exception {
    Path place = Files.createDirectory(directory.resolve("place"));
    Path link = Files.createSymbolicLink(place.resolve("link"), file);
    try (var linked = FileChanges.watching(link, Duration.ofNanos(SETTLE))) {
      Files.write(file, new byte[8192]);
      awaitSeen(linked);
    }
  }

  @Test
  void aFileBehindALinkOfTheSameNameIsNoticed() throws Exception {
    Path place = Files.createDirectory(directory.resolve("place"));
    Path link = Files.createSymbolicLink(place.resolve("file"), file);
    try (var linked = FileChanges.watching(link, Duration.ofNanos(SETTLE))) {
      Files.write(file, new byte[8192]);
      awaitSeen(linked);
    }
  }

  @Test
  void anotherFileIsNotNoticed() throws Exception {
    Files.write(directory.resolve("other"), new byte[1]);
    Files.write(file, new byte[1]); // what comes behind is seen, so the other was passed over
    awaitSeen();
    changes.taken();
    Files.write(directory.resolve("other"), new byte[2]);
    assertThat(changes.noticed(nanos + SETTLE)).isFalse();
  }

  @Test
  void itsStampIsAnotherOneAfterAWrite() throws Exception {
    String before = changes.stamp();
    Files.setLastModifiedTime(file, java.nio.file.attribute.FileTime.fromMillis(1));
    assertThat(changes.stamp()).isNotEqualTo(before);
  }
}
