package io.blocktail.deploy.client;

import io.blocktail.deploy.plan.Ports;
import io.blocktail.deploy.plan.RefusedException;
import java.net.URI;
import java.net.URISyntaxException;

/// Where the three services and the NBD server of one `up` are.
///
/// @param console also the validator
public record Endpoints(URI console, URI producer, URI consumer, String host, int nbdPort) {
  public static Endpoints local(Ports ports) {
    return at("http", "127.0.0.1", ports);
  }

  /// @param url of the console, `http://HOST[:PORT]`; the others are at the same distance from it
  ///   as on any `up`
  /// @throws RefusedException when it is no such URL
  public static Endpoints parse(String url) {
    try {
      var uri = new URI(url);
      String scheme = uri.getScheme();
      String host = uri.getHost();
      boolean bare = uri.getPath() == null || uri.getPath().isEmpty() || uri.getPath().equals("/");
      if (host == null || !bare || !("http".equals(scheme) || "https".equals(scheme))) {
        throw new RefusedException(
            "--url %s: use the console's address, http://HOST or http://HOST:PORT".formatted(url));
      }
      int offset = uri.getPort() < 0 ? 0 : uri.getPort() - new Ports(0).console();
      return at(scheme, host, new Ports(offset));
    } catch (URISyntaxException e) {
      throw new RefusedException("--url %s: %s".formatted(url, e.getReason()), e);
    }
  }

  private static Endpoints at(String scheme, String host, Ports ports) {
    String base = scheme + "://" + host + ":";
    return new Endpoints(
        URI.create(base + ports.console()),
        URI.create(base + ports.producer()),
        URI.create(base + ports.consumer()),
        host,
        ports.nbd());
  }
}
