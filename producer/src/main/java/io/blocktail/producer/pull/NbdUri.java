package io.blocktail.producer.pull;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;

/// Which export of which server: `nbd://HOST[:PORT]/EXPORT` or `nbd+unix:///EXPORT?socket=PATH`
/// (doc/uri.md of NetworkBlockDevice/nbd).
///
/// @param text as it was given
/// @param host empty for a Unix socket
/// @param socket its path; empty for TCP
public record NbdUri(String text, String export, String host, int port, String socket) {
  private static final int PORT = 10809;
  private static final String SOCKET = "socket=";

  /// @throws IllegalArgumentException when it is no such URI; the message says why
  public static NbdUri parse(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("'%s': %s".formatted(text, e.getReason()), e);
    }
    String path = uri.getPath() == null ? "" : uri.getPath();
    String export = path.startsWith("/") ? path.substring(1) : path;
    String scheme = String.valueOf(uri.getScheme());
    if (scheme.equals("nbd") && uri.getHost() != null) {
      return new NbdUri(text, export, uri.getHost(), uri.getPort() < 0 ? PORT : uri.getPort(), "");
    }
    String query = uri.getRawQuery();
    if (scheme.equals("nbd+unix") && query != null && query.startsWith(SOCKET)) {
      String socket = URLDecoder.decode(query.substring(SOCKET.length()), StandardCharsets.UTF_8);
      return new NbdUri(text, export, "", 0, socket);
    }
    throw new IllegalArgumentException(
        "'%s' is neither nbd://HOST[:PORT]/EXPORT nor nbd+unix:///EXPORT?socket=PATH"
            .formatted(text));
  }

  /// Looked up anew each time.
  SocketAddress address() {
    return socket.isEmpty()
        ? new InetSocketAddress(host, port)
        : UnixDomainSocketAddress.of(socket);
  }

  @Override
  public String toString() {
    return text;
  }
}
