package io.blocktail.deploy.service;

import io.blocktail.deploy.process.Child.Probe;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Reader;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.jspecify.annotations.Nullable;

/// How the launcher sees that a child answers.
final class Probes {
  private static final int TIMEOUT_MILLIS = 1000;
  private static final short API_VERSIONS = 18;

  /// What Kafka writes of its cluster beside its log.
  private static final String META = "meta.properties";

  private Probes() {}

  /// Whether the broker at a port serves clients and is the one that keeps its log in `storage`:
  /// another's, which had the port a moment before ours, would take our volumes' events.
  static Probe kafka(int port, Path storage) {
    return () -> {
      String ours = answersVersions(port) ? clusterOf(storage) : null;
      return ours != null && ours.equals(clusterAt(port));
    };
  }

  private static @Nullable String clusterOf(Path storage) {
    var properties = new Properties();
    try (Reader from = Files.newBufferedReader(storage.resolve(META))) {
      properties.load(from);
    } catch (IOException notFormattedYet) {
      return null;
    }
    return properties.getProperty("cluster.id");
  }

  private static @Nullable String clusterAt(int port) {
    Map<String, Object> settings =
        Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:" + port,
            AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS,
            AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
    try (Admin admin = Admin.create(settings)) {
      return admin.describeCluster().clusterId().get();
    } catch (ExecutionException notYet) {
      return null;
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts a supervisor", e);
    }
  }

  /// Asks a broker for the versions of its protocol (ApiVersions 0), which it answers as soon as it
  /// serves clients.
  private static boolean answersVersions(int port) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      var out = new DataOutputStream(socket.getOutputStream());
      out.writeInt(10); // bytes that follow
      out.writeShort(API_VERSIONS);
      out.writeShort(0);
      out.writeInt(1);
      out.writeShort(-1); // no client id
      out.flush();
      return new DataInputStream(socket.getInputStream()).readInt() > 0;
    } catch (IOException notYet) {
      return false;
    }
  }

  /// Any answer of the liveness check, also that it is not well: a service that is up and has a
  /// trouble says so itself.
  static Probe http(int port) {
    URI address = URI.create("http://127.0.0.1:%d/q/health/live".formatted(port));
    return () -> {
      try {
        var connection = (HttpURLConnection) address.toURL().openConnection();
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        try {
          return connection.getResponseCode() > 0; // -1 is not HTTP
        } finally {
          connection.disconnect();
        }
      } catch (IOException notYet) {
        return false;
      }
    };
  }
}
