package io.blocktail.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;

class SystemErrorsTest {
  private static final Path FULL = Path.of("/dev/full");

  /// In whatever language this process was started with.
  @Test
  void aDeviceWithoutSpaceIsRecognised() throws IOException {
    assumeTrue(Files.exists(FULL));
    try (var full = FileChannel.open(FULL, StandardOpenOption.WRITE)) {
      assertThatIOException()
          .isThrownBy(() -> full.write(ByteBuffer.allocate(512)))
          .satisfies(e -> assertThat(SystemErrors.isNoSpace(e)).isTrue());
    }
  }

  @Test
  void anotherErrorIsAnother() {
    assertThat(SystemErrors.isNoSpace(new IOException("Input/output error"))).isFalse();
    assertThat(SystemErrors.isNoSpace(new IOException())).isFalse();
  }
}
