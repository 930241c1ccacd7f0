package io.blocktail.deploy.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanTest {
  private static Wish wish(String... options) {
    return new Wish(
        Stream.of(options)
            .filter(o -> !o.contains("/") || o.contains("=/") && !o.startsWith("t:"))
            .map(PlannedVolume::parse)
            .toList(),
        Stream.of(options)
            .filter(o -> o.startsWith("t:"))
            .map(o -> PlannedTarget.parse(o.substring(2)))
            .toList(),
        null,
        null);
  }

  private static Wish kafka(@Nullable String kafka, @Nullable Integer offset) {
    return new Wish(List.of(), List.of(), kafka, offset);
  }

  private static List<String> targets(Plan plan) {
    return plan.targets().stream().map(PlannedTarget::label).toList();
  }

  @Test
  void withoutOptionsThereIsDemoWithTwoReplicas() {
    Plan plan = Plan.fresh(wish());

    assertThat(plan.volumes()).containsExactly(PlannedVolume.parse("demo=1G"));
    assertThat(targets(plan)).containsExactly("demo/replica-a", "demo/replica-b");
    assertThat(plan.ports().console()).isEqualTo(8080);
  }

  @Test
  void aVolumeWithATargetOfItsOwnGetsNoOther() {
    Plan plan = Plan.fresh(wish("a=1G", "b=1G", "t:a/only=/tmp/only.img"));

    assertThat(targets(plan)).containsExactly("a/only", "b/replica-a", "b/replica-b");
    assertThat(plan.targets().getFirst().file()).isEqualTo(Path.of("/tmp/only.img"));
  }

  @Test
  void aTargetWithoutAVolumeIsRefused() {
    assertThatThrownBy(() -> Plan.fresh(wish("t:other/a")))
        .isInstanceOf(RefusedException.class)
        .hasMessage("--target other/a: there is no volume other; add --volume other=SIZE");
  }

  @Test
  void noOptionsResumeWhatIsThere() {
    Plan plan = Plan.fresh(new Wish(wish("a=1G").volumes(), List.of(), "k:1", 7));

    assertThat(plan.resume(wish())).isEqualTo(plan);
  }

  @Test
  void theSameOptionsAgainAreNoContradiction() {
    Wish wish = wish("a=1G", "t:a/x=/tmp/x.img");
    Plan plan = Plan.fresh(wish);

    assertThat(plan.resume(wish)).isEqualTo(plan);
    assertThat(plan.resume(wish("t:a/x"))).isEqualTo(plan);
  }

  @Test
  void volumesAndTargetsMayBeAdded() {
    Plan plan = Plan.fresh(wish("a=1G")).resume(wish("b=2G", "t:a/third"));

    assertThat(plan.volumes())
        .extracting(volume -> volume.name().value())
        .containsExactly("a", "b");
    assertThat(targets(plan))
        .containsExactly("a/replica-a", "a/replica-b", "a/third", "b/replica-a", "b/replica-b");
  }

  @Test
  void anotherSizeIsRefusedNamingBoth() {
    Plan plan = Plan.fresh(wish("a=1G"));

    assertThatThrownBy(() -> plan.resume(wish("a=2G")))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("volume a: this directory has 1G, the options say 2G.");
  }

  @Test
  void anotherFileIsRefusedNamingBoth() {
    Plan plan = Plan.fresh(wish("a=1G", "t:a/x=/tmp/x.img"));

    assertThatThrownBy(() -> plan.resume(wish("t:a/x=/tmp/y.img")))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("has /tmp/x.img, the options say /tmp/y.img");
    assertThatThrownBy(() -> plan.resume(wish("a=/tmp/a.img")))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("has 1G, the options say /tmp/a.img");
  }

  @Test
  void anotherKafkaIsRefusedNamingBoth() {
    assertThatThrownBy(() -> Plan.fresh(wish()).resume(kafka("k:1", null)))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith(
            "Kafka: this directory has an embedded broker, the options say --kafka k:1.");
    assertThatThrownBy(() -> Plan.fresh(kafka("k:1", null)).resume(kafka("k:2", null)))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("has --kafka k:1, the options say --kafka k:2.");
  }

  @Test
  void theOffsetOfThisRunReplacesTheOneBefore() {
    Plan plan = Plan.fresh(kafka(null, 100));

    assertThat(plan.resume(kafka(null, 200)).ports()).isEqualTo(new Ports(200));
    assertThat(plan.resume(kafka(null, null)).ports()).isEqualTo(new Ports(100));
  }

  @Test
  void aNameGivenTwiceIsRefused() {
    assertThatThrownBy(() -> Plan.fresh(wish("a=1G", "a=1G")))
        .isInstanceOf(RefusedException.class)
        .hasMessage("--volume a is given twice");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Demo=1G", "-a=1G", "a_b=1G", "=1G"})
  void badVolumeNamesAreRefusedNamingTheOption(String option) {
    assertThatThrownBy(() -> PlannedVolume.parse(option))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("--volume " + option);
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo", "demo/", "demo/A", "demo/a=", "/a"})
  void badTargetsAreRefusedNamingTheOption(String option) {
    assertThatThrownBy(() -> PlannedTarget.parse(option))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("--target " + option);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 54727, 70000})
  void portsBeyondTheLastAreRefused(int offset) {
    assertThatThrownBy(() -> Plan.fresh(kafka(null, offset)))
        .isInstanceOf(RefusedException.class)
        .hasMessage("--port-offset %d: use 0 to 54726".formatted(offset));
  }
}
