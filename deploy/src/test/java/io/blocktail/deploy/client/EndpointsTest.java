package io.blocktail.deploy.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.deploy.plan.RefusedException;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointsTest {
  @Test
  void theOthersAreAtTheSameDistanceFromTheConsole() {
    Endpoints endpoints = Endpoints.parse("http://there:8180");

    assertThat(endpoints.console()).isEqualTo(URI.create("http://there:8180"));
    assertThat(endpoints.producer()).isEqualTo(URI.create("http://there:8181"));
    assertThat(endpoints.consumer()).isEqualTo(URI.create("http://there:8182"));
    assertThat(endpoints.nbdPort()).isEqualTo(10909);
  }

  @Test
  void withoutAPortItIsTheUsualOne() {
    assertThat(Endpoints.parse("https://there/").console())
        .isEqualTo(URI.create("https://there:8080"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"there", "ftp://there", "http://there/path", "http://", "http://a b"})
  void anythingElseIsRefusedNamingTheOption(String url) {
    assertThatThrownBy(() -> Endpoints.parse(url))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("--url " + url);
  }
}
