package io.blocktail.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.digest.Digest;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PlausibleTest {
  private static final int CHUNK = 1 << 20;
  private static final Geometry SMALL = Geometry.of(CHUNK + Geometry.BLOCK);
  private static final Geometry LARGE = Geometry.of(3 * CHUNK);

  private static Event event(Body body) {
    return new Event(2, 1, 1, 0, "test", body);
  }

  private static Event gap(Geometry geometry) {
    var ownership = new Ownership(new UUID(1, 2), geometry, "source");
    return event(new Body.Gap(null, ChunkSet.of(1), ownership));
  }

  private static Event marker(long offset, long length) {
    return event(new Body.Marker(offset, length, new Digest(1, 2), 0));
  }

  @Test
  void aVolumeMayGrowToWhatAVolumeCanHave() {
    assertThat(Plausible.objection(event(new Body.Grow(LARGE.size())), SMALL)).isNull();
    assertThat(Plausible.objection(event(new Body.Grow(SMALL.size())), SMALL)).isNull();
    assertThat(Plausible.objection(event(new Body.Grow(CHUNK)), SMALL)).contains("but it had");
    assertThat(Plausible.objection(event(new Body.Grow(LARGE.size() + 1)), SMALL))
        .contains("what no volume can have");
    assertThat(Plausible.objection(event(new Body.Grow(1L << 60)), SMALL))
        .contains("what no volume can have");
  }

  @Test
  void whatWasTrueOfASmallerVolumeIsTrueOfItsPastAlone() {
    Event shortMarker = marker(CHUNK, Geometry.BLOCK);
    for (Event then : new Event[] {gap(SMALL), shortMarker, event(new Body.Grow(2 * CHUNK))}) {
      assertThat(Plausible.objection(then, LARGE)).isNotNull();
      assertThat(Plausible.objectionThen(then, LARGE)).isNull();
    }
  }

  @Test
  void whatWasNeverTrueIsNotOfItsPastEither() {
    assertThat(Plausible.objectionThen(gap(Geometry.of(4 * CHUNK)), LARGE)).isNotNull();
    assertThat(Plausible.objectionThen(gap(new Geometry(SMALL.size(), 2 * CHUNK)), LARGE))
        .isNotNull();
    assertThat(Plausible.objectionThen(marker(Geometry.BLOCK, Geometry.BLOCK), LARGE)).isNotNull();
    assertThat(Plausible.objectionThen(marker(3 * CHUNK, Geometry.BLOCK), LARGE)).isNotNull();
    assertThat(Plausible.objectionThen(event(new Body.Grow(4 * CHUNK + 1)), LARGE)).isNotNull();
    assertThat(Plausible.objectionThen(event(new Body.Zero(3 * CHUNK, 4096)), LARGE)).isNotNull();
  }
}
