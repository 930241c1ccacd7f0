package io.blocktail.validator;

import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

/// The suite's own system properties share the prefix of the configuration, which would refuse
/// them.
public final class TestKeys implements SmallRyeConfigBuilderCustomizer {
  @Override
  public void configBuilder(SmallRyeConfigBuilder builder) {
    builder
        .withMappingIgnore("blocktail.seed")
        .withMappingIgnore("blocktail.runs")
        .withMappingIgnore("blocktail.ci")
        .withMappingIgnore("blocktail.broker.classpath");
  }
}
