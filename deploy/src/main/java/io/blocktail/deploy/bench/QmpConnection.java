package io.blocktail.deploy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// QEMU's machine protocol (docs/interop/qmp-spec): JSON documents, one a line. The server greets;
/// what it says unasked ("event") may stand between a command and its answer, and is passed over.
final class QmpConnection implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final SocketChannel channel;
  private final BufferedReader lines;

  QmpConnection(Path socket) throws IOException, BenchFailedException {
    channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    lines = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
    if (!next().has("QMP")) {
      throw new BenchFailedException(socket + " does not greet as QMP does");
    }
    execute("qmp_capabilities", JSON.createObjectNode());
  }

  static ObjectNode arguments() {
    return JSON.createObjectNode();
  }

  JsonNode execute(String command, ObjectNode arguments) throws BenchFailedException {
    try {
      ObjectNode request = JSON.createObjectNode().put("execute", command);
      request.set("arguments", arguments);
      ByteBuffer bytes =
          ByteBuffer.wrap(
              (JSON.writeValueAsString(request) + "\n").getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      JsonNode answer = next();
      while (answer.has("event")) {
        answer = next();
      }
      if (answer.has("error")) {
        throw new BenchFailedException(
            command + ": " + answer.path("error").path("desc").asText("refused"));
      }
      return answer.path("return");
    } catch (IOException e) {
      throw new BenchFailedException(command + ": " + e, e);
    }
  }

  private JsonNode next() throws IOException, BenchFailedException {
    String line = lines.readLine();
    if (line == null) {
      throw new BenchFailedException("QEMU closed its QMP connection");
    }
    return JSON.readTree(line);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
