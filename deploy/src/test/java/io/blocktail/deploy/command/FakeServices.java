package io.blocktail.deploy.command;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.blocktail.deploy.client.Endpoints;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/// The three services in one HTTP server, which answers what the test says: nothing of ours is
/// behind it.
final class FakeServices implements AutoCloseable {
  private record Reply(int status, String body) {}

  private final HttpServer server;
  private final Map<String, Reply> replies = new ConcurrentHashMap<>();
  private final Map<String, Runnable> onCall = new ConcurrentHashMap<>();
  final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();

  FakeServices() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  /// @param call `GET /targets`
  void reply(String call, String json) {
    reply(call, 200, json);
  }

  void reply(String call, int status, String json) {
    replies.put(call, new Reply(status, json));
  }

  /// Done before each answer to that call.
  void onCall(String call, Runnable what) {
    onCall.put(call, what);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String call = exchange.getRequestMethod() + " " + exchange.getRequestURI();
    asked.add(call);
    onCall.getOrDefault(call, () -> {}).run();
    Reply reply =
        replies.getOrDefault(
            call, new Reply(404, "{\"title\":\"no\",\"detail\":\"no " + call + "\"}"));
    byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(reply.status(), body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  /// One volume, two targets that follow.
  FakeServices withDemo() {
    reply(
        "GET /volumes",
        """
        [{"name":"demo","uuid":"u","size":4194304,"epoch":1,"sequence":9,"forced":9,"published":9,
          "journalBytes":4096,"state":"serving","reason":null,"file":"/d/demo.img","startedEmpty":true,
          "somethingNew":1}]\
        """);
    reply(
        "GET /targets",
        """
        [{"name":"a","volume":"demo","state":"following","consistent":true,"epoch":1,"watermark":9,
          "lagChanges":0,"lagMillis":0,"file":"/d/a.img","undoneChunks":0},
         {"name":"b","volume":"demo","state":"following","consistent":true,"epoch":1,"watermark":9,
          "lagChanges":0,"lagMillis":0,"file":"/d/b.img","undoneChunks":0}]\
        """);
    reply("GET /alerts?state=open", "[]");
    reply("POST /volumes/demo/verify", "{\"pass\":7}");
    reply(
        "GET /volumes/demo/passes/7",
        "{\"id\":7,\"state\":\"finished\",\"chunks\":4,\"marked\":4}");
    return this;
  }

  /// How far pass 7 has come: chunks of 4 proved for `a` and `b`.
  FakeServices withProgress(int a, int b) {
    reply("GET /replicas", "[" + replica("a", a) + "," + replica("b", b) + "]");
    return this;
  }

  private static String replica(String name, int equal) {
    return """
    {"volume":"demo","volumeId":"u","target":"%s","verdict":"%s","lastVerifiedSequence":9,"divergedChunks":%d,
     "proof":%s,"lastPass":{"pass":7,"equal":%d,"of":4}}\
    """
        .formatted(
            name,
            equal == 4 ? "equal" : "diverged",
            4 - equal,
            equal == 4 ? "{\"pass\":7,\"chunks\":4}" : "{\"pass\":6,\"chunks\":4}",
            equal);
  }

  Endpoints endpoints() {
    URI all = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    return new Endpoints(all, all, all, "127.0.0.1", 1);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
