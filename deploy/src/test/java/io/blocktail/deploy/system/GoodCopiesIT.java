package io.blocktail.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.deploy.client.Alert;
import io.blocktail.process.ForeignTool;
import io.blocktail.volume.Geometry;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Promise *Good copies stay good*.
@Timeout(300)
class GoodCopiesIT {
  private static final int CHUNK = 3;
  private static final long START = (long) CHUNK * Geometry.DEFAULT_CHUNK;

  /// Of the byte that rots, in a block that is not written again.
  private static final long ROTTEN = START + 700_001;

  @TempDir Path temporary;

  @Test
  void rotThatALaterWriteHidesAccusesTheSourceAndReachesNoTarget() throws Exception {
    ForeignTool nbdcopy = ForeignTool.require("nbdcopy", "libnbd-bin");
    Path content = Images.random(temporary.resolve("content.img"), 8, new Random(5));
    byte right = Files.readAllBytes(content)[(int) ROTTEN];
    try (RunningSystem system = RunningSystem.start(temporary, "--volume", "demo=8M")) {
      nbdcopy.run("--flush", content, system.unix("demo"));
      system.awaitFollowed("demo");
      system.verify("demo");
      flip(system.image("demo"));
      ForeignTool.require("qemu-io", "qemu-utils")
          .run("-f", "raw", "-c", "write -P 9 %d 4k".formatted(START), system.unix("demo"));
      system.awaitFollowed("demo");

      Script.Result verified = system.blocktail("verify", "demo");

      assertThat(verified.exit()).as(verified.printed()).isEqualTo(1);
      assertThat(verified.printed())
          .contains("source-rot of demo, chunks " + CHUNK)
          .contains("the source itself is accused");
      Alert rot =
          system.alerts("open").stream()
              .filter(alert -> alert.kind().equals("source-rot"))
              .findFirst()
              .orElseThrow();
      assertThat(rot.target()).isNull();
      assertThat(rot.evidenceText()).contains("replica-a and replica-b all");
      for (String target : List.of("replica-a", "replica-b")) {
        assertThat(byteAt(system.image("demo", target))).as(target).isEqualTo(right);
      }

      nbdcopy.run("--flush", content, system.unix("demo"));
      system.awaitFollowed("demo");
      system.verify("demo");
      assertThat(system.alerts("open")).isEmpty();
      ForeignTool.require("cmp", "diffutils").run(content, system.image("demo"));
      system.assertReplicasEqual("demo");
    }
  }

  private static byte byteAt(Path image) throws Exception {
    try (var file = new RandomAccessFile(image.toFile(), "r")) {
      file.seek(ROTTEN);
      return file.readByte();
    }
  }

  private static void flip(Path image) throws Exception {
    byte found = byteAt(image);
    try (var file = new RandomAccessFile(image.toFile(), "rw")) {
      file.seek(ROTTEN);
      file.writeByte(found ^ 1);
      file.getFD().sync(); // a digest may be read past the page cache
    }
  }
}
