package io.blocktail.deploy.service;

import io.blocktail.deploy.process.Child.Probe;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;

/// How the launcher sees that a child answers.
final class Probes {
  private static final int TIMEOUT_MILLIS = 1000;
  private static final short API_VERSIONS = 18;

  private Probes() {}

  /// Asks a broker for the versions of its protocol (ApiVersions 0), which it answers as soon as it
  /// serves clients.
  static Probe kafka(int port) {
    return () -> {
      try (var socket = new Socket()) {
        socket.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
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
    };
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
