package io.blocktail.deploy.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProbesTest {
  @ParameterizedTest
  @ValueSource(ints = {200, 404, 500, 503})
  void aServiceThatAnswersIsThereWhateverItSays(int status) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/q/health/live",
        exchange -> {
          byte[] body = "{\"status\":\"DOWN\"}".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try {
      assertThat(Probes.http(server.getAddress().getPort()).answers()).isTrue();
    } finally {
      server.stop(0);
    }
  }

  @Test
  void whereNobodyListensNobodyAnswers() throws IOException {
    int port;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }

    assertThat(Probes.http(port).answers()).isFalse();
  }

  @Test
  void aConnectionWithoutAnAnswerIsNone() throws IOException {
    try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(Probes.http(silent.getLocalPort()).answers()).isFalse();
    }
  }

  @Test
  void whatIsNotHttpIsNoAnswer() throws Exception {
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread babbler =
          Thread.ofVirtual()
              .start(() -> {
                try (Socket client = server.accept()) {
                  client.getOutputStream().write("hello\n\n".getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });

      assertThat(Probes.http(server.getLocalPort()).answers()).isFalse();
      babbler.join();
    }
  }
}
