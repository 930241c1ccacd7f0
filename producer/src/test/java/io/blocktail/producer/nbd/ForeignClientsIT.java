package io.blocktail.producer.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.process.ForeignTool;
import io.blocktail.volume.VolumeName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// The clients that people use, over TCP and over the Unix socket.
@Timeout(180)
class ForeignClientsIT {
  private static final int SIZE = 64 << 20;

  private enum Transport {
    TCP,
    UNIX
  }

  @TempDir Path directory;
  private ServedFile served;

  @BeforeEach
  void serve() throws IOException {
    served = new ServedFile(directory, SIZE);
  }

  @AfterEach
  void stop() throws IOException {
    served.close();
  }

  private String uri(Transport transport) {
    return switch (transport) {
      case TCP -> served.tcp();
      case UNIX -> served.unix();
    };
  }

  /// An image with data and holes.
  private Path image() throws IOException {
    var content = new byte[SIZE];
    var random = new Random(7);
    for (int at = 0; at < SIZE; at += 1 << 20) {
      if (random.nextInt(3) > 0) {
        var data = new byte[1 + random.nextInt(1 << 20)];
        random.nextBytes(data);
        System.arraycopy(data, 0, content, at, data.length);
      }
    }
    return Files.write(directory.resolve("image"), content);
  }

  private void assertServes(Path image) throws Exception {
    ForeignTool.require("cmp", "diffutils").run(image, served.file);
  }

  @ParameterizedTest
  @EnumSource
  void nbdinfoShowsTheExport(Transport transport) throws Exception {
    String info = ForeignTool.require("nbdinfo", "libnbd-bin").run(uri(transport));
    assertThat(info)
        .contains("newstyle-fixed without TLS", "using structured packets", "export-size: " + SIZE)
        .contains("description: a file", "block_size_preferred: 4096")
        .contains("block_size_maximum: 33554432", "can_multi_conn: true", "can_fua: true")
        .contains("can_flush: true", "can_trim: true", "can_zero: true", "is_read_only: false");
  }

  @Test
  void nbdinfoListsAllExports() throws Exception {
    served.exports.add(new VolumeName("another"), served.device, "");
    String list =
        ForeignTool.require("nbdinfo", "libnbd-bin")
            .run("--list", "nbd://127.0.0.1:" + served.server.port());
    assertThat(list).contains("export=\"demo\"", "export=\"another\"");
  }

  @ParameterizedTest
  @EnumSource
  void nbdcopyBringsAnImageAndTakesItBack(Transport transport) throws Exception {
    ForeignTool nbdcopy = ForeignTool.require("nbdcopy", "libnbd-bin");
    Path image = image();
    nbdcopy.run("-C", 4, "--flush", image, uri(transport));
    assertServes(image);
    Path back = directory.resolve("back");
    nbdcopy.run("--synchronous", uri(transport), back);
    ForeignTool.require("cmp", "diffutils").run(image, back);
  }

  @Test
  void nbdcopyWithTheLargestRequests() throws Exception {
    Path image = image();
    ForeignTool.require("nbdcopy", "libnbd-bin")
        .run("--request-size=33554432", image, served.tcp());
    assertServes(image);
  }

  @ParameterizedTest
  @EnumSource
  void qemuImgConvertsAndCompares(Transport transport) throws Exception {
    ForeignTool qemu = ForeignTool.require("qemu-img", "qemu-utils");
    Path image = image();
    qemu.run("convert", "-n", "-f", "raw", "-O", "raw", "-W", image, uri(transport));
    assertServes(image);
    assertThat(qemu.run("compare", "-f", "raw", "-F", "raw", image, uri(transport)))
        .contains("identical");
  }

  @ParameterizedTest
  @EnumSource
  void qemuIoWritesPatternsWithFuaZeroesAndDiscards(Transport transport) throws Exception {
    String output =
        ForeignTool.require("qemu-io", "qemu-utils")
            .run(
                "-f",
                "raw",
                "-c",
                "write -f -P 0xab 0 1M",
                "-c",
                "write -P 0xcd 1234567 98765",
                "-c",
                "write -P 0xef 8M 5M",
                "-c",
                "write -z 4k 64k",
                "-c",
                "write -z -u 128k 4k",
                "-c",
                "discard 256k 128k",
                "-c",
                "flush",
                "-c",
                "read -P 0xab 0 4k",
                "-c",
                "read -P 0 4k 64k",
                "-c",
                "read -P 0xab 68k 60k",
                "-c",
                "read -P 0 128k 4k",
                "-c",
                "read -P 0 256k 128k",
                "-c",
                "read -P 0xcd 1234567 98765",
                "-c",
                "read -P 0xef 8M 5M",
                uri(transport));
    assertThat(output).doesNotContain("Pattern verification failed", "failed", "error");
  }

  @ParameterizedTest
  @CsvSource({"TCP, True", "TCP, False", "UNIX, True", "UNIX, False"})
  void nbdshHasTwoHundredUnalignedWritesInFlight(Transport transport, String structured)
      throws Exception {
    Path script =
        Files.writeString(
            directory.resolve("writes.py"),
            """
            import random
            random.seed(4)
            size = 200 * 10007
            expected = bytearray(size)
            cookies = []
            for i in range(200):
                data = random.randbytes(1 + random.randrange(10007))
                at = i * 10007 + random.randrange(10007 - len(data) + 1)
                expected[at:at + len(data)] = data
                cookies.append(h.aio_pwrite(nbd.Buffer.from_bytearray(bytearray(data)), 777 + at))
            while not all(h.aio_command_completed(c) for c in cookies[-1:]) or h.aio_in_flight() > 0:
                h.poll(-1)
            h.flush()
            got = h.pread(size, 777)
            assert got == expected, "what was written is not what is read"
            buffers = [(i, nbd.Buffer(10007)) for i in range(200)]
            for i, buffer in buffers:
                h.aio_pread(buffer, 777 + i * 10007)
            while h.aio_in_flight() > 0:
                h.poll(-1)
            for i, buffer in buffers:
                part = expected[i * 10007:(i + 1) * 10007]
                assert buffer.to_bytearray() == part, "reads in flight mix"
            for command in (lambda: h.pwrite(b"x" * 512, h.get_size()),
                            lambda: h.pread(1, h.get_size()),
                            lambda: h.pread(0, 0),
                            lambda: h.trim(512, h.get_size() - 1)):
                try:
                    command()
                    raise AssertionError("a bad request was accepted")
                except nbd.Error as error:
                    print("refused:", error.errno)
            print("structured:", h.get_structured_replies_negotiated())
            """);
    String output =
        ForeignTool.require("nbdsh", "python3-libnbd")
            .run(
                "-c",
                "h.set_strict_mode(0)",
                "-c",
                "h.set_request_structured_replies(" + structured + ")",
                "-c",
                "h.connect_uri('" + uri(transport) + "')",
                "-c",
                "exec(open('" + script + "').read())");
    assertThat(output.lines().toList())
        .isEqualTo(
            List.of(
                "refused: ENOSPC",
                "refused: EINVAL",
                "refused: EINVAL",
                "refused: EINVAL",
                "structured: " + structured));
  }

  @ParameterizedTest
  @EnumSource
  void fioVerifiesWhatItWrote(Transport transport) throws Exception {
    ForeignTool fio = ForeignTool.require("fio", "fio");
    fio.run(
        "--name=verify",
        "--ioengine=nbd",
        "--uri=" + uri(transport),
        "--rw=randwrite",
        "--bsrange=512-256k",
        "--blockalign=512",
        "--size=32m",
        "--iodepth=32",
        "--verify=crc32c",
        "--verify_fatal=1",
        "--verify_state_save=0",
        "--do_verify=1",
        "--fsync=64",
        "--randseed=5",
        "--group_reporting");
    fio.run(
        "--name=large",
        "--ioengine=nbd",
        "--uri=" + uri(transport),
        "--rw=write",
        "--bs=4m",
        "--size=32m",
        "--iodepth=4",
        "--verify=crc32c",
        "--verify_fatal=1",
        "--verify_state_save=0");
  }
}
