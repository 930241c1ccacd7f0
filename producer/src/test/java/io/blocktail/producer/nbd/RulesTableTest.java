package io.blocktail.producer.nbd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/// The table of the protocol's rules names tests that there are.
class RulesTableTest {
  private static final Pattern NAMED = Pattern.compile("`(\\w+)#(\\w+)`");

  private static List<String> rules() throws IOException {
    try (InputStream table =
        Objects.requireNonNull(RulesTableTest.class.getResourceAsStream("rules.md"))) {
      return new String(table.readAllBytes(), UTF_8)
          .lines()
          .filter(line -> line.startsWith("| ") && !line.startsWith("| rule "))
          .toList();
    }
  }

  @Test
  void everyRuleHasATestOrSaysWhyNot() throws IOException {
    assertThat(rules())
        .hasSizeGreaterThan(100)
        .allMatch(line -> NAMED.matcher(line).find() || line.contains("no test:"));
  }

  @Test
  void everyTestThatIsNamedIsThere() throws IOException {
    for (String line : rules()) {
      NAMED.matcher(line).results().forEach(named -> assertIsTest(named.group(1), named.group(2)));
    }
  }

  private static void assertIsTest(String type, String method) {
    Class<?> tests;
    try {
      tests = Class.forName(RulesTableTest.class.getPackageName() + "." + type);
    } catch (ClassNotFoundException e) {
      throw new AssertionError("there are no tests " + type, e);
    }
    assertThat(
            Arrays.stream(tests.getDeclaredMethods())
                .filter(m -> m.getName().equals(method))
                .anyMatch(m ->
                    m.isAnnotationPresent(Test.class)
                        || m.isAnnotationPresent(ParameterizedTest.class)))
        .as("%s#%s", type, method)
        .isTrue();
  }
}
