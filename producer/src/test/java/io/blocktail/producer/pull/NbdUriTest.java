package io.blocktail.producer.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NbdUriTest {
  @Test
  void aServerOnTcp() {
    NbdUri uri = NbdUri.parse("nbd://host:10810/disk-0");
    assertThat(uri.host()).isEqualTo("host");
    assertThat(uri.port()).isEqualTo(10810);
    assertThat(uri.export()).isEqualTo("disk-0");
    assertThat(NbdUri.parse("nbd://host").port()).isEqualTo(10809);
  }

  @Test
  void aServerOnAUnixSocket() {
    NbdUri uri = NbdUri.parse("nbd+unix:///disk?socket=/run/a%20b.sock");
    assertThat(uri.socket()).isEqualTo("/run/a b.sock");
    assertThat(uri.export()).isEqualTo("disk");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "disk.img",
        "http://host/disk",
        "nbds://host/disk",
        "nbd+unix:///disk",
        "nbd:///disk",
        "a b"
      })
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> NbdUri.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'");
  }
}
