package io.blocktail.deploy.command;

import io.blocktail.deploy.client.Answer;
import io.blocktail.deploy.client.Endpoints;
import io.blocktail.deploy.client.ServiceClient;
import io.blocktail.deploy.plan.Ports;
import io.blocktail.deploy.plan.RefusedException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which Blocktail a command talks to, and in which form it answers.
public final class Connection {
  private static final Duration ANSWER = Duration.ofSeconds(10);

  @Option(names = "--json", description = "print one JSON document")
  boolean json;

  @Option(
      names = "--port-offset",
      paramLabel = "N",
      description = "the --port-offset of the up to talk to")
  @Nullable Integer portOffset;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = {
        "the console's address, http://HOST[:PORT]; producer and consumer are expected on the next two"
            + " ports (default: http://127.0.0.1:8080)"
      })
  @Nullable String url;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "show this text")
  boolean help;

  /// Set where the place is known otherwise.
  @Nullable Endpoints known;

  public boolean json() {
    return json;
  }

  public ServiceClient client() {
    return new ServiceClient(endpoints(), ANSWER);
  }

  private Endpoints endpoints() {
    if (known != null) {
      return known;
    }
    if (url != null && portOffset != null) {
      throw new RefusedException("--url and --port-offset exclude each other");
    }
    if (url != null) {
      return Endpoints.parse(url);
    }
    return Endpoints.local(new Ports(portOffset == null ? 0 : portOffset));
  }

  /// The value of an answer.
  ///
  /// @throws RefusedException when there is none, saying what to do
  public static <T> T value(Answer<T> answer) {
    return switch (answer) {
      case Answer.Given<T>(T value) -> value;
      case Answer.Refused<T> refused -> throw new RefusedException(refused.trouble());
      case Answer.Silent<T> silent ->
          throw new RefusedException(
              silent.trouble()
                  + ": is deploy/up running? For another place use --port-offset or --url");
    };
  }
}
