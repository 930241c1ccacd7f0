package io.blocktail.deploy.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Asks the services. Each call is bounded in time and blocks its caller; usable by many threads.
public final class ServiceClient implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final int LONGEST_ANSWER = 64 << 20;
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private final Endpoints endpoints;
  private final Duration timeout;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT).build();

  /// @param timeout of one answer
  public ServiceClient(Endpoints endpoints, Duration timeout) {
    this.endpoints = endpoints;
    this.timeout = timeout;
  }

  public Endpoints endpoints() {
    return endpoints;
  }

  public Answer<List<Volume>> volumes() {
    return get(endpoints.producer().resolve("/volumes"), new TypeReference<>() {});
  }

  public Answer<List<Target>> targets() {
    return get(endpoints.consumer().resolve("/targets"), new TypeReference<>() {});
  }

  public Answer<List<Replica>> replicas() {
    return get(endpoints.console().resolve("/replicas"), new TypeReference<>() {});
  }

  /// @param state open, closed or all
  public Answer<List<Alert>> alerts(String state) {
    return get(endpoints.console().resolve("/alerts?state=" + state), new TypeReference<>() {});
  }

  /// Starts a verification pass at full speed.
  public Answer<StartedPass> verify(String volume) {
    URI address = endpoints.producer().resolve("/volumes/%s/verify".formatted(volume));
    return ask(
        HttpRequest.newBuilder(address).POST(HttpRequest.BodyPublishers.noBody()),
        new TypeReference<>() {});
  }

  public Answer<Volume> pause(String volume) {
    return post("/volumes/%s/pause".formatted(volume));
  }

  public Answer<Volume> resume(String volume) {
    return post("/volumes/%s/resume".formatted(volume));
  }

  private record Growth(long size) {}

  /// @param size in bytes
  public Answer<Volume> grow(String volume, long size) {
    return send("/volumes/%s/grow".formatted(volume), new Growth(size));
  }

  private Answer<Volume> send(String path, Object document) {
    try {
      return ask(
          HttpRequest.newBuilder(endpoints.producer().resolve(path))
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(document))),
          new TypeReference<>() {});
    } catch (JsonProcessingException e) {
      throw new AssertionError("our own record can be written", e);
    }
  }

  /// What a new volume is to be.
  ///
  /// @param size in bytes; null where the file is there
  /// @param file null for one of the producer's choice, as `directory`
  public record NewVolume(
      String name,
      @Nullable Long size,
      @Nullable String file,
      @Nullable String directory,
      boolean readOnly) {}

  public Answer<Volume> create(NewVolume volume) {
    return send("/volumes", volume);
  }

  /// @param force although it has clients, or what it holds is not published wholly
  /// @param data its file too
  /// @param stream its history too
  public Answer<Gone> delete(String volume, boolean force, boolean data, boolean stream) {
    String path = "/volumes/%s?force=%b&data=%b&stream=%b".formatted(volume, force, data, stream);
    return ask(
        HttpRequest.newBuilder(endpoints.producer().resolve(path)).DELETE(),
        new TypeReference<>() {});
  }

  /// A volume that was deleted.
  public record Gone(String name) {}

  public Answer<Volume> readOnly(String volume, boolean on) {
    return post("/volumes/%s/read-only?on=%b".formatted(volume, on));
  }

  private Answer<Volume> post(String path) {
    return ask(
        HttpRequest.newBuilder(endpoints.producer().resolve(path))
            .POST(HttpRequest.BodyPublishers.noBody()),
        new TypeReference<>() {});
  }

  /// The last scans of a volume that somebody else writes, the newest first.
  public Answer<List<Scan>> scans(String volume) {
    return get(
        endpoints.producer().resolve("/volumes/%s/scans".formatted(volume)),
        new TypeReference<>() {});
  }

  public Answer<Scan> scan(String volume, long id) {
    return get(
        endpoints.producer().resolve("/volumes/%s/scans/%d".formatted(volume, id)),
        new TypeReference<>() {});
  }

  /// Starts a scan of everything, or of what the other server calls dirty.
  public Answer<StartedScan> startScan(String volume, boolean dirtyOnly) {
    URI address =
        endpoints
            .producer()
            .resolve("/volumes/%s/%s".formatted(volume, dirtyOnly ? "pull" : "scan"));
    return ask(
        HttpRequest.newBuilder(address).POST(HttpRequest.BodyPublishers.noBody()),
        new TypeReference<>() {});
  }

  /// @param scan its id
  public record StartedScan(long scan) {}

  /// @param pass its id
  public record StartedPass(long pass) {}

  public Answer<Pass> pass(String volume, long id) {
    return get(
        endpoints.producer().resolve("/volumes/%s/passes/%d".formatted(volume, id)),
        new TypeReference<>() {});
  }

  private <T> Answer<T> get(URI address, TypeReference<T> type) {
    return ask(HttpRequest.newBuilder(address).GET(), type);
  }

  private <T> Answer<T> ask(HttpRequest.Builder builder, TypeReference<T> type) {
    HttpRequest request =
        builder
            .timeout(timeout)
            .header("Accept", "application/json, application/problem+json")
            .build();
    URI address = request.uri();
    try {
      HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
      byte[] body;
      try (InputStream in = response.body()) {
        body = in.readNBytes(LONGEST_ANSWER);
      }
      if (response.statusCode() / 100 != 2) {
        return new Answer.Refused<>(address, response.statusCode(), detail(body));
      }
      T value = JSON.readValue(body, type);
      return value == null
          ? new Answer.Refused<>(address, response.statusCode(), "an empty answer")
          : new Answer.Given<>(value);
    } catch (JsonProcessingException e) {
      String where = e instanceof JsonMappingException mapping ? mapping.getPathReference() : "";
      return new Answer.Refused<>(
          address,
          200,
          "not what this release understands: %s %s".formatted(e.getOriginalMessage(), where));
    } catch (ConnectException e) {
      return new Answer.Silent<>(address, "connection refused");
    } catch (HttpTimeoutException e) {
      return new Answer.Silent<>(address, "no answer in time");
    } catch (IOException e) {
      return new Answer.Silent<>(
          address, Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer.Silent<>(address, "interrupted");
    }
  }

  /// Of a problem document the detail, else its title; of anything else the beginning.
  private static String detail(byte[] body) {
    try {
      JsonNode problem = JSON.readTree(body);
      for (String field : new String[] {"detail", "title"}) {
        if (problem.path(field).isTextual()) {
          return problem.path(field).asText();
        }
      }
    } catch (IOException e) {
      // not JSON
    }
    String text = new String(body, StandardCharsets.UTF_8).strip();
    if (text.startsWith("<")) {
      return "not a resource of Blocktail"; // a page for a browser
    }
    return text.substring(0, Math.min(200, text.length()));
  }

  @Override
  public void close() {
    http.close();
  }
}
