package io.blocktail.producer.nbd;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// Certificates made by the JDK's keytool: an authority, what it signed for a server (twice, the
/// second to replace the first) and for a client, and a stranger that it does not know. Servers
/// have RSA keys, which Quarkus reads from PEM; clients do not, since GnuTLS 3.7 finds no use for
/// an RSA key in the JDK's request for a certificate with TLS 1.3.
public final class Certificates {
  public static final String SERVER = "server";
  public static final String NEXT_SERVER = "next-server";
  public static final String CLIENT = "client";
  public static final String STRANGER = "stranger";

  private static final String AUTHORITY = "ca";
  private static final char[] PASSWORD = "of no secret".toCharArray();

  private final KeyStore all;

  private Certificates(KeyStore all) {
    this.all = all;
  }

  private static final class Made {
    static final Certificates ALL = make();
  }

  /// The same for all tests of a process: keytool takes its time.
  public static Certificates get() {
    return Made.ALL;
  }

  private static Certificates make() {
    try {
      Path directory = Files.createTempDirectory("certificates");
      Path store = directory.resolve("all.p12");
      keytool(store, AUTHORITY, "RSA", "-ext", "bc:c");
      String here = "san=dns:localhost,ip:127.0.0.1";
      keytool(store, SERVER, "RSA", "-signer", AUTHORITY, "-ext", here);
      keytool(store, NEXT_SERVER, "RSA", "-signer", AUTHORITY, "-ext", here);
      keytool(store, CLIENT, "Ed25519", "-signer", AUTHORITY);
      keytool(store, STRANGER, "Ed25519");
      KeyStore all = KeyStore.getInstance(store.toFile(), PASSWORD);
      Files.delete(store);
      Files.delete(directory);
      return new Certificates(all);
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError("no certificates", e);
    }
  }

  private static void keytool(Path store, String alias, String algorithm, String... more)
      throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"));
    command.addAll(List.of("-genkeypair", "-alias", alias, "-dname", "CN=" + alias));
    command.addAll(List.of("-keyalg", algorithm, "-validity", "2"));
    command.addAll(List.of("-storetype", "PKCS12", "-keystore", store.toString()));
    command.addAll(List.of("-storepass", new String(PASSWORD)));
    command.addAll(List.of(more));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var output = process.getInputStream()) {
      String said = new String(output.readAllBytes(), UTF_8);
      if (process.waitFor() != 0) {
        throw new AssertionError("keytool: " + said);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// For one that trusts the authority.
  ///
  /// @param name whose certificate it shows; null for none
  public SSLContext context(@Nullable String name) {
    try {
      KeyStore trusted = empty();
      trusted.setCertificateEntry(AUTHORITY, all.getCertificate(AUTHORITY));
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      KeyStore own = empty();
      if (name != null) {
        own.setKeyEntry(name, all.getKey(name, PASSWORD), PASSWORD, all.getCertificateChain(name));
      }
      var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(own, PASSWORD);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  public Certificate certificate(String name) {
    try {
      return all.getCertificate(name);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /// A directory as GnuTLS's programs want it: `ca-cert.pem`, and `ROLE-cert.pem` and
  /// `ROLE-key.pem` if there is a name.
  ///
  /// @param role `client` or `server`
  public Path pem(Path directory, String role, @Nullable String name) throws IOException {
    Files.createDirectories(directory);
    try {
      write(directory.resolve("ca-cert.pem"), "CERTIFICATE", certificate(AUTHORITY).getEncoded());
      if (name != null) {
        byte[] key = all.getKey(name, PASSWORD).getEncoded();
        write(directory.resolve(role + "-key.pem"), "PRIVATE KEY", key);
        byte[] own = certificate(name).getEncoded();
        write(directory.resolve(role + "-cert.pem"), "CERTIFICATE", own);
      }
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
    return directory;
  }

  private static void write(Path file, String kind, byte[] content) throws IOException {
    String lines = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(content);
    Files.writeString(
        file, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, lines, kind));
  }
}
