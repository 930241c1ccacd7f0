package io.blocktail.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.process.ForeignTool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The clients that people use, against a whole system: what they write is on the source and, by
/// somebody else's judgement, in both replicas. A volume for each, one system for all.
@Timeout(300)
class ClientsIT {
  private static final int FILE_SYSTEM_MEGABYTES = 224;

  @TempDir static Path temporary;
  private static RunningSystem system;

  @BeforeAll
  static void start() throws Exception {
    system =
        RunningSystem.start(
            temporary,
            "--volume",
            "files=" + FILE_SYSTEM_MEGABYTES + "M",
            "--volume",
            "patterns=64M",
            "--volume",
            "script=16M",
            "--volume",
            "fio=64M");
  }

  @AfterAll
  static void stop() {
    if (system != null) {
      system.close();
    }
  }

  /// Both replicas have every byte and every hole of the source.
  private static void assertReplicasAreTheSource(String volume) throws Exception {
    system.awaitFollowed(volume);
    system.assertReplicasEqual(volume);
    for (String target : List.of("replica-a", "replica-b")) {
      Images.assertAsSparse(system.image(volume, target), system.image(volume));
    }
  }

  @Test
  void aCopiedFileSystemIsCleanInBothReplicasAndItsHolesStayHoles(@TempDir Path directory)
      throws Exception {
    ForeignTool nbdcopy = ForeignTool.require("nbdcopy", "libnbd-bin");
    ForeignTool qemu = ForeignTool.require("qemu-img", "qemu-utils");
    ForeignTool fsck = ForeignTool.require("fsck.ext4", "e2fsprogs");
    Path image = Images.ext4(directory, FILE_SYSTEM_MEGABYTES, new Random(1));

    nbdcopy.run("--flush", image, system.tcp("files"));

    assertThat(qemu.run("compare", "-f", "raw", "-F", "raw", image, system.unix("files")))
        .contains("Images are identical");
    assertReplicasAreTheSource("files");
    Images.assertAtLeastAsSparse(system.image("files"), image);
    fsck.run("-f", "-n", system.image("files", "replica-a"));
    fsck.run("-f", "-n", system.image("files", "replica-b"));
    system.verify("files");
  }

  @Test
  void patternsWithFuaZeroesAndDiscardsAreReadBackAndReplicated() throws Exception {
    ForeignTool qemu = ForeignTool.require("qemu-io", "qemu-utils");
    for (String uri : List.of(system.tcp("patterns"), system.unix("patterns"))) {
      qemu.run(
          commands(
              uri,
              "write -P 1 0 64M",
              "write -f -P 0xab 0 1M",
              "write -P 0xcd 1234567 98765",
              "write -f -P 0xef 8M 5M",
              "write -z 4k 64k",
              "write -z -u 20M 10M",
              "write -z -f 131073 4095",
              "discard 256k 128k",
              "discard 40M 4M",
              "flush"));
      qemu.run(
          commands(
              uri,
              "read -P 0xab 0 4k",
              "read -P 0 4k 64k",
              "read -P 0xab 68k 60k",
              "read -P 0 131073 4095",
              "read -P 0xab 135168 126976",
              "read -P 0 256k 128k",
              "read -P 0xcd 1234567 98765",
              "read -P 1 2M 6M",
              "read -P 0xef 8M 5M",
              "read -P 0 20M 10M",
              "read -P 0 40M 4M",
              "read -P 1 44M 20M"));
      assertReplicasAreTheSource("patterns");
    }
    // 10 MiB were zeroed, 4 MiB discarded, a little more besides.
    assertThat(Images.allocated(system.image("patterns"))).isLessThan(51L << 20);
  }

  /// qemu-io ends with 1 when a pattern is not what is read.
  private static Object[] commands(String uri, String... commands) {
    var arguments = new java.util.ArrayList<Object>(List.of("-f", "raw", "-d", "unmap"));
    for (String command : commands) {
      arguments.add("-c");
      arguments.add(command);
    }
    arguments.add(uri);
    return arguments.toArray();
  }

  @Test
  void twoHundredUnalignedWritesInFlightAreReadBackAndReplicated(@TempDir Path directory)
      throws Exception {
    ForeignTool nbdsh = ForeignTool.require("nbdsh", "python3-libnbd");
    Path script =
        Files.writeString(
            directory.resolve("writes.py"),
            """
            import random
            random.seed(4)
            size = 200 * 10007
            expected = bytearray(size)
            most = 0
            for i in range(200):
                data = random.randbytes(1 + random.randrange(10007))
                at = i * 10007 + random.randrange(10007 - len(data) + 1)
                expected[at:at + len(data)] = data
                h.aio_pwrite(nbd.Buffer.from_bytearray(bytearray(data)), 777 + at,
                             completion=lambda error: 1 if error.value == 0 else sys.exit(3))
                most = max(most, h.aio_in_flight())
            assert most > 100, "too few in flight: %d" % most
            while h.aio_in_flight() > 0:
                h.poll(-1)
            h.flush()
            assert h.pread(size, 777) == expected, "what was written is not what is read"
            print("good")
            """);

    String printed =
        nbdsh.run(
            "-c",
            "h.connect_uri('" + system.unix("script") + "')",
            "-c",
            "import sys; exec(open('" + script + "').read())");

    assertThat(printed).contains("good");
    assertReplicasAreTheSource("script");
  }

  @Test
  void fioVerifiesWhatItWroteAndItIsReplicated() throws Exception {
    ForeignTool fio = ForeignTool.require("fio", "fio");
    fio.run(
        "--name=verify",
        "--ioengine=nbd",
        "--uri=" + system.unix("fio"),
        "--rw=randwrite",
        "--bsrange=512-256k",
        "--blockalign=512",
        "--size=64m",
        "--iodepth=32",
        "--verify=crc32c",
        "--verify_fatal=1",
        "--verify_state_save=0",
        "--do_verify=1",
        "--fsync=64",
        "--randseed=5");

    assertReplicasAreTheSource("fio");
  }
}
