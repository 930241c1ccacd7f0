package io.blocktail.producer.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.process.ForeignTool;
import io.blocktail.volume.VolumeName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What people's clients make of holes, metadata contexts and read-only exports. Of 64 MiB of holes
/// the fourth and fifth are data.
@Timeout(180)
class ForeignContextsIT {
  private static final int MIB = 1 << 20;
  private static final int SIZE = 64 * MIB;

  @TempDir Path directory;
  private ServedFile served;

  @BeforeEach
  void serve() throws IOException {
    served = new ServedFile(directory, SIZE);
    served.device.zero(0, SIZE);
    var data = new byte[2 * MIB];
    Arrays.fill(data, (byte) 7);
    served.device.write(ByteBuffer.wrap(data), 3 * MIB);
    served.exports.add(
        new VolumeName("past"), served.device, "", false, new FakeHistory(MIB, 5, 5, 9, 2));
    served.exports.add(new VolumeName("fixed"), served.device, "", true, null);
  }

  @AfterEach
  void stop() throws IOException {
    served.close();
  }

  private String uri(String export) {
    return "nbd+unix:///%s?socket=%s".formatted(export, served.socket);
  }

  private static List<String> fields(String output) {
    return output.lines().map(line -> line.strip().replaceAll(" +", " ")).toList();
  }

  @Test
  void nbdinfoListsTheContextsOfEachExport() throws Exception {
    String list = ForeignTool.require("nbdinfo", "libnbd-bin").run("--list", uri(""));
    assertThat(list)
        .contains("using structured packets", "base:allocation", "blocktail:changed-since:")
        .contains("can_df: true", "can_fast_zero: true", "can_cache: true")
        .contains("is_read_only: true", "is_read_only: false");
  }

  @Test
  void nbdinfoMapsHolesAndData() throws Exception {
    assertThat(fields(ForeignTool.require("nbdinfo", "libnbd-bin").run("--map", uri("demo"))))
        .containsExactly(
            "0 3145728 3 hole,zero", "3145728 2097152 0 data", "5242880 61865984 3 hole,zero");
  }

  @Test
  void nbdinfoMapsWhatWasChangedSinceASequence() throws Exception {
    String map =
        ForeignTool.require("nbdinfo", "libnbd-bin")
            .run("--map=blocktail:changed-since:4", uri("past"));
    assertThat(fields(map).subList(0, 4))
        .containsExactly(
            "0 3145728 1", "3145728 1048576 0", "4194304 3145728 1", "7340032 1048576 0");
  }

  @Test
  void qemuImgMapsHolesAndData() throws Exception {
    String map =
        ForeignTool.require("qemu-img", "qemu-utils")
            .run("map", "--output=json", "-f", "raw", uri("demo"));
    assertThat(map.lines())
        .hasSize(3)
        .element(1)
        .asString()
        .contains("\"start\": 3145728, \"length\": 2097152", "\"zero\": false");
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo", "fixed"})
  void copiesOfASparseExportAreEqualAndSparse(String export) throws Exception {
    Path copied = directory.resolve("nbdcopy.img");
    ForeignTool.require("nbdcopy", "libnbd-bin").run(uri(export), copied);
    Path converted = directory.resolve("qemu.img");
    ForeignTool qemu = ForeignTool.require("qemu-img", "qemu-utils");
    qemu.run("convert", "-f", "raw", "-O", "raw", uri(export), converted);
    for (Path copy : List.of(copied, converted)) {
      ForeignTool.require("cmp", "diffutils").run(copy, served.file);
      assertThat(allocated(copy)).isLessThan(4 * MIB);
      assertThat(qemu.run("compare", "-f", "raw", "-F", "raw", copy, uri(export)))
          .contains("identical");
    }
  }

  private static long allocated(Path file) throws IOException {
    var stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    return 512 * Long.parseLong(new String(stat.getInputStream().readAllBytes()).strip());
  }

  @Test
  void nbdkitPassesHolesOn() throws Exception {
    String map =
        ForeignTool.require("nbdkit", "nbdkit")
            .run("-U", "-", "nbd", "uri=" + uri("demo"), "--run", "nbdinfo --map \"$uri\"");
    assertThat(fields(map)).contains("3145728 2097152 0 data");
  }

  @Test
  void nobodyChangesAReadOnlyExport() throws Exception {
    ForeignTool qemuIo = ForeignTool.require("qemu-io", "qemu-utils");
    assertThat(qemuIo.run("-r", "-f", "raw", "-c", "read -P 7 3M 2M", uri("fixed")))
        .doesNotContain("failed");
    assertThat(qemuIo.tryRun(Duration.ofMinutes(1), "-f", "raw", "-c", "quit", uri("fixed")))
        .extracting(ForeignTool.Result::output)
        .asString()
        .contains("Permission denied");
    String refused =
        nbdsh(
            "",
            "fixed",
            """
            for change in (lambda: h.pwrite(b"x" * 512, 0), lambda: h.zero(512, 0),
                           lambda: h.trim(512, 0)):
                try:
                    change()
                except nbd.Error as error:
                    print(error.errno)
            """);
    assertThat(refused.lines()).containsExactly("EPERM", "EPERM", "EPERM");
    assertThat(served.device.holeAt(0, MIB)).isEqualTo(MIB);
  }

  private String nbdsh(String setUp, String export, String script) throws Exception {
    Path file = Files.writeString(directory.resolve("script.py"), script);
    return ForeignTool.require("nbdsh", "python3-libnbd")
        .run(
            "-c",
            "h.set_strict_mode(0)\n" + setUp,
            "-c",
            "h.connect_uri('" + uri(export) + "')",
            "-c",
            "exec(open('" + file + "').read())")
        .strip();
  }

  @Test
  void nbdshAsksForContexts() throws Exception {
    String output =
        nbdsh(
            "h.add_meta_context('base:allocation')\n"
                + "h.add_meta_context('blocktail:changed-since:8')\n"
                + "h.add_meta_context('blocktail:changed-since:2000')",
            "past",
            """
            print(h.can_meta_context('blocktail:changed-since:2000'))
            seen = {}
            def extent(context, offset, entries, error):
                seen[context] = entries
            h.block_status(6 << 20, 1 << 20, extent)
            for context in sorted(seen):
                print(context, seen[context])
            h.block_status(64 << 20, 0, extent, nbd.CMD_FLAG_REQ_ONE)
            print(seen['base:allocation'])
            """);
    assertThat(output.lines())
        .containsExactly(
            "False",
            "base:allocation [2097152, 3, 2097152, 0, 2097152, 3]",
            "blocktail:changed-since:8 [1048576, 0, 1048576, 1, 3145728, 0, 1048576, 1]",
            "[3145728, 3]");
  }

  @Test
  void nbdshReadsInPiecesAndUnfragmented() throws Exception {
    String output =
        nbdsh(
            "",
            "demo",
            """
            chunks = []
            def chunk(data, offset, status, error):
                kind = {nbd.READ_DATA: 'data', nbd.READ_HOLE: 'hole'}[status]
                chunks.append((kind, offset >> 20, len(data) >> 10))
            whole = h.pread_structured(1 << 20, (5 << 20) - (1 << 19), chunk)
            print(chunks)
            chunks.clear()
            again = h.pread_structured(1 << 20, (5 << 20) - (1 << 19), chunk, nbd.CMD_FLAG_DF)
            print(chunks, whole == again, whole.count(7) >> 10)
            """);
    assertThat(output.lines())
        .containsExactly("[('data', 4, 512), ('hole', 5, 512)]", "[('data', 4, 1024)] True 512");
  }

  @Test
  void nbdshZeroesFastOrIsToldThatItIsNot() throws Exception {
    String output =
        nbdsh(
            "",
            "demo",
            """
            h.zero(1 << 20, 3 << 20, nbd.CMD_FLAG_FAST_ZERO)
            try:
                h.zero(1 << 20, 4 << 20, nbd.CMD_FLAG_FAST_ZERO | nbd.CMD_FLAG_NO_HOLE)
            except nbd.Error as error:
                print(error.errno)
            h.cache(1 << 20, 0)
            print(h.pread(2 << 20, 3 << 20).count(7) >> 10)
            """);
    assertThat(output.lines()).containsExactly("ENOTSUP", "1024");
  }
}
