package io.blocktail.deploy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What the running system says about the volume under test and its targets. A field that is
/// missing is an error: it must not read as "nothing to do".
final class Services {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration ANSWER = Duration.ofSeconds(10);

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(ANSWER).build();
  private final String volume;
  private final URI volumes;
  private final URI targets;

  Services(String volume, int producerPort, int consumerPort) {
    this.volume = volume;
    this.volumes = URI.create("http://127.0.0.1:" + producerPort + "/volumes");
    this.targets = URI.create("http://127.0.0.1:" + consumerPort + "/targets");
  }

  /// @param journalBytes of the journal that are in use
  record Source(String state, long sequence, long journalBytes) {
    boolean serving() {
      return state.equals("serving");
    }
  }

  record Replica(String name, String state, boolean consistent, long watermark, Path file) {
    boolean follows() {
      return consistent && state.equals("following");
    }
  }

  Source source() throws UnansweredException, InterruptedException {
    for (JsonNode node : get(volumes)) {
      if (text(node, "name").equals(volume)) {
        return new Source(
            text(node, "state"), number(node, "sequence"), number(node, "journalBytes"));
      }
    }
    throw new UnansweredException(volumes + " has no volume " + volume);
  }

  List<Replica> replicas() throws UnansweredException, InterruptedException {
    List<Replica> replicas = new ArrayList<>();
    for (JsonNode node : get(targets)) {
      if (text(node, "volume").equals(volume)) {
        replicas.add(
            new Replica(
                text(node, "name"),
                text(node, "state"),
                field(node, "consistent").asBoolean(false),
                number(node, "watermark"),
                Path.of(text(node, "file"))));
      }
    }
    return replicas;
  }

  private JsonNode get(URI uri) throws UnansweredException, InterruptedException {
    try {
      HttpResponse<String> response =
          http.send(
              HttpRequest.newBuilder(uri).timeout(ANSWER).build(),
              HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new UnansweredException(uri + " answers " + response.statusCode());
      }
      JsonNode answer = JSON.readTree(response.body());
      if (!answer.isArray()) {
        throw new UnansweredException(uri + " does not answer with an array");
      }
      return answer;
    } catch (IOException e) {
      throw new UnansweredException("nothing answers at " + uri + ": " + e);
    }
  }

  private static String text(JsonNode node, String name) throws UnansweredException {
    return field(node, name).asText();
  }

  private static long number(JsonNode node, String name) throws UnansweredException {
    JsonNode value = field(node, name);
    if (!value.isIntegralNumber()) {
      throw new UnansweredException(name + " is not a number: " + value);
    }
    return value.asLong();
  }

  private static JsonNode field(JsonNode node, String name) throws UnansweredException {
    JsonNode value = node.path(name);
    if (value.isMissingNode() || value.isNull()) {
      throw new UnansweredException("no " + name + " in " + node);
    }
    return value;
  }
}
