package io.blocktail.producer.nbd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.producer.nbd.RawClient.OptionReply;
import io.blocktail.volume.VolumeName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The protocol's handshake, rule by rule.
@Timeout(20)
class HandshakeTest {
  private static final long SIZE = 1 << 20;
  private static final int ACK = 1;
  private static final int UNSUP = 0x80000001;
  private static final int INVALID = 0x80000003;
  private static final int UNKNOWN = 0x80000006;
  private static final int TOO_BIG = 0x80000009;

  @TempDir Path directory;
  private ServedFile served;
  private RawClient client;

  @BeforeEach
  void connect() throws IOException {
    served = new ServedFile(directory, SIZE);
    client = RawClient.tcp(served.server.port());
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    served.close();
  }

  private List<OptionReply> replies() throws IOException {
    var replies = new ArrayList<OptionReply>();
    do {
      replies.add(client.optionReply());
    } while (replies.getLast().type() == 2 || replies.getLast().type() == 3);
    return replies;
  }

  @Test
  void greetsWithFixedNewstyleAndNoZeroes() throws IOException {
    ByteBuffer greeting = client.read(18);
    assertThat(greeting.getLong()).isEqualTo(0x4e42444d41474943L);
    assertThat(greeting.getLong()).isEqualTo(0x49484156454F5054L);
    assertThat(greeting.getShort()).isEqualTo((short) 3);
  }

  @Test
  void unknownClientFlagsEndTheConnection() throws IOException {
    client.greet(4);
    assertThat(client.isClosed()).isTrue();
  }

  @Test
  void wrongOptionMagicEndsTheConnection() throws IOException {
    client.greet(RawClient.FLAGS);
    client.send(ByteBuffer.allocate(16).putLong(42).putInt(3).putInt(0));
    assertThat(client.isClosed()).isTrue();
  }

  @Test
  void listNamesAllExportsWithTheirDescriptions() throws IOException {
    served.exports.add(new VolumeName("another"), served.device, "one more");
    client.greet(RawClient.FLAGS);
    client.option(3);
    List<OptionReply> replies = replies();
    assertThat(replies).extracting(OptionReply::type).containsExactly(2, 2, ACK);
    assertThat(replies.get(0).data()).isEqualTo(named("another", "one more"));
    assertThat(replies.get(1).data()).isEqualTo(named("demo", "a file"));
  }

  private static byte[] named(String name, String description) {
    byte[] both = (name + description).getBytes(UTF_8);
    return ByteBuffer.allocate(4 + both.length).putInt(name.length()).put(both).array();
  }

  @Test
  void listOfManyLongDescriptionsIsComplete() throws IOException {
    for (int i = 0; i < 50; i++) {
      served.exports.add(new VolumeName("v" + i), served.device, "x".repeat(4096));
    }
    client.greet(RawClient.FLAGS);
    client.option(3);
    assertThat(replies()).hasSize(52);
  }

  @Test
  void listWithDataIsInvalid() throws IOException {
    client.greet(RawClient.FLAGS);
    client.option(3, (byte) 1);
    assertThat(client.optionReply().type()).isEqualTo(INVALID);
  }

  @Test
  void infoTellsSizeFlagsAndBlockSizes() throws IOException {
    client.greet(RawClient.FLAGS);
    client.option(6, RawClient.infoRequest("demo", 3));
    List<OptionReply> replies = replies();
    assertThat(replies).extracting(OptionReply::type).containsExactly(3, 3, ACK);
    assertThat(replies.get(0).data())
        .isEqualTo(
            ByteBuffer.allocate(12)
                .putShort((short) 0)
                .putLong(SIZE)
                .putShort((short) 0xd6d)
                .array());
    assertThat(replies.get(1).data())
        .isEqualTo(
            ByteBuffer.allocate(14)
                .putShort((short) 3)
                .putInt(1)
                .putInt(4096)
                .putInt(32 << 20)
                .array());
  }

  @Test
  void infoTellsNameAndDescriptionWhenAsked() throws IOException {
    client.greet(RawClient.FLAGS);
    client.option(6, RawClient.infoRequest("", 1, 2, 77));
    List<OptionReply> replies = replies();
    assertThat(replies).extracting(OptionReply::type).containsExactly(3, 3, 3, 3, ACK);
    assertThat(replies.get(2).text()).isEqualTo("\0\1demo");
    assertThat(replies.get(3).text()).isEqualTo("\0\2a file");
  }

  @Test
  void infoLeavesTheHandshakeOpen() throws IOException {
    client.greet(RawClient.FLAGS);
    client.option(6, RawClient.infoRequest("demo"));
    assertThat(replies().getLast().type()).isEqualTo(ACK);
    client.option(7, RawClient.infoRequest("demo"));
    assertThat(replies().getLast().type()).isEqualTo(ACK);
    assertThat(client.readBack(0, 4)).containsOnly(0);
  }

  @Test
  void unknownExportIsRefusedAndAnotherCanBeChosen() throws IOException {
    client.greet(RawClient.FLAGS);
    client.option(7, RawClient.infoRequest("nobody"));
    OptionReply refusal = client.optionReply();
    assertThat(refusal.type()).isEqualTo(UNKNOWN);
    assertThat(refusal.text()).isEqualTo("no export has this name");
    client.option(7, RawClient.infoRequest("demo"));
    assertThat(replies().getLast().type()).isEqualTo(ACK);
  }

  @Test
  void emptyNameIsRefusedWhenThereAreSeveralExports() throws IOException {
    served.exports.add(new VolumeName("another"), served.device, "");
    client.greet(RawClient.FLAGS);
    client.option(7, RawClient.infoRequest(""));
    OptionReply refusal = client.optionReply();
    assertThat(refusal.type()).isEqualTo(UNKNOWN);
    assertThat(refusal.text()).isEqualTo("there are several exports: choose one by its name");
  }

  @Test
  void emptyNameIsRefusedWhenThereIsNoExport() throws IOException {
    served.exports.remove(ServedFile.DEMO);
    client.greet(RawClient.FLAGS);
    client.option(7, RawClient.infoRequest(""));
    assertThat(client.optionReply().text()).isEqualTo("nothing is exported");
  }

  @Test
  void nameLongerThanItsOptionIsInvalid() throws IOException {
    client.greet(RawClient.FLAGS);
    for (int claim : new int[] {5, 4096, Integer.MAX_VALUE, -1}) {
      client.option(7, ByteBuffer.allocate(10).putInt(claim).array());
      assertThat(client.optionReply().type()).as("claim %d", claim).isEqualTo(INVALID);
    }
  }

  @Test
  void listOfRequestsThatIsNotAsLongAsSaidIsInvalid() throws IOException {
    client.greet(RawClient.FLAGS);
    for (int claim : new int[] {1, 3, 65535}) {
      client.option(6, ByteBuffer.allocate(10).putInt(0).putShort((short) claim).array());
      assertThat(client.optionReply().type()).as("claim %d", claim).isEqualTo(INVALID);
    }
  }

  @Test
  void infoWithLessThanItsFixedPartIsInvalid() throws IOException {
    client.greet(RawClient.FLAGS);
    client.option(6, new byte[5]);
    assertThat(client.optionReply().type()).isEqualTo(INVALID);
  }

  @Test
  void exportNameStartsTransmissionWithoutZeroes() throws IOException {
    client.greet(RawClient.FLAGS);
    client.option(1, "demo".getBytes(UTF_8));
    ByteBuffer reply = client.read(10);
    assertThat(reply.getLong()).isEqualTo(SIZE);
    assertThat(reply.getShort()).isEqualTo((short) 0xd6d);
    assertThat(client.readBack(0, 4)).containsOnly(0);
  }

  @Test
  void exportNameSendsZeroesToOldClients() throws IOException {
    client.greet(1);
    client.option(1);
    ByteBuffer reply = client.read(134);
    assertThat(reply.getLong()).isEqualTo(SIZE);
    assertThat(reply.slice(10, 124)).isEqualTo(ByteBuffer.allocate(124));
    assertThat(client.readBack(0, 4)).containsOnly(0);
  }

  @Test
  void exportNameThatIsUnknownEndsTheConnection() throws IOException {
    client.greet(RawClient.FLAGS);
    client.option(1, "nobody".getBytes(UTF_8));
    assertThat(client.isClosed()).isTrue();
  }

  @Test
  void exportNameThatClaimsTooMuchEndsTheConnection() throws IOException {
    client.greet(RawClient.FLAGS);
    client.optionHeader(1, -1);
    assertThat(client.isClosed()).isTrue();
  }

  @Test
  void abortIsAcknowledgedAndEndsTheConnection() throws IOException {
    client.greet(RawClient.FLAGS);
    client.option(2, "why".getBytes(UTF_8));
    assertThat(client.optionReply().type()).isEqualTo(ACK);
    assertThat(client.isClosed()).isTrue();
  }

  /// PEEK_EXPORT, and some that nobody has.
  @ParameterizedTest
  @ValueSource(ints = {4, 12, 0, -7})
  void optionThatIsNotSupportedIsAnsweredInFrame(int option) throws IOException {
    client.greet(RawClient.FLAGS);
    client.option(option, new byte[100_000]);
    OptionReply reply = client.optionReply();
    assertThat(reply.option()).isEqualTo(option);
    assertThat(reply.type()).isEqualTo(UNSUP);
    client.option(7, RawClient.infoRequest("demo"));
    assertThat(replies().getLast().type()).isEqualTo(ACK);
  }

  @Test
  void knownOptionWithTooMuchDataIsRefusedInFrame() throws IOException {
    client.greet(RawClient.FLAGS);
    client.option(7, new byte[(16 << 10) + 1]);
    assertThat(client.optionReply().type()).isEqualTo(TOO_BIG);
    client.option(7, RawClient.infoRequest("demo"));
    assertThat(replies().getLast().type()).isEqualTo(ACK);
  }

  @Test
  void optionThatClaimsGigabytesEndsTheConnection() throws IOException {
    client.greet(RawClient.FLAGS);
    client.optionHeader(4711, -1);
    assertThat(client.isClosed()).isTrue();
  }
}
