package io.blocktail.deploy.service;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ServicesTest {
  @Test
  void furtherOptionsOfTheJvmsAreSeparatedByBlanks() {
    assertThat(Services.options(" -Xmx1g  -XX:+UseZGC\n")).containsExactly("-Xmx1g", "-XX:+UseZGC");
    assertThat(Services.options(" ")).isEmpty();
    assertThat(Services.options(null)).isEmpty();
  }
}
