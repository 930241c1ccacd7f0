package io.blocktail.producer.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.digest.Digest;
import io.blocktail.event.Body;
import io.blocktail.producer.capture.KnownChunk;
import io.blocktail.volume.Geometry;
import org.junit.jupiter.api.Test;

/// What the history lacks of a chunk, by what is known of it.
class NewsTest {
  private static final Geometry GEOMETRY = Geometry.of(1 << 20);
  private static final Digest ANOTHER = new Digest(1, 2);

  private final byte[] content = new byte[1 << 20];
  private final Seen before = Seen.of(0, content.clone(), content.length);

  private Seen seen() {
    return Seen.of(0, content, content.length);
  }

  private BlockHashes.Page page(long lastChange, Digest digest) {
    return new BlockHashes.Page(lastChange, digest, before.blocks());
  }

  private News news(KnownChunk known, BlockHashes.Page page, boolean wanted) {
    return News.of(seen(), known, page, wanted, GEOMETRY);
  }

  @Test
  void whatHasTheKnownDigestIsNoNews() {
    var known = new KnownChunk(5, before.digest(), false);
    assertThat(news(known, page(1, ANOTHER), false)).isEqualTo(new News.Nothing());
  }

  @Test
  void whatIsWantedOrMayBeLackingIsSentWholeWhateverIsKnown() {
    var page = page(5, before.digest());
    var known = new KnownChunk(5, before.digest(), false);
    assertThat(news(known, page, true)).isEqualTo(new News.Whole());
    var dirty = new KnownChunk(5, before.digest(), true);
    assertThat(news(dirty, page, false)).isEqualTo(new News.Whole());
  }

  @Test
  void hashesThatAreNotOfWhatTheHistorySaysAreNotBelieved() {
    content[0] = 1;
    var known = new KnownChunk(5, before.digest(), false);
    assertThat(news(known, page(4, ANOTHER), false)).isEqualTo(new News.Whole());
    assertThat(news(new KnownChunk(5, null, false), page(4, ANOTHER), false))
        .isEqualTo(new News.Whole());
  }

  @Test
  void hashesOfTheLastChangeOrOfTheDigestAreBelieved() {
    content[8192] = 1;
    assertThat(news(new KnownChunk(5, null, false), page(5, ANOTHER), false))
        .isInstanceOf(News.Blocks.class);
    assertThat(news(new KnownChunk(5, before.digest(), false), page(4, before.digest()), false))
        .isInstanceOfSatisfying(
            News.Blocks.class,
            news -> {
              assertThat(news.blocks()).isEqualTo(1);
              assertThat(news.changes().getFirst())
                  .isInstanceOfSatisfying(
                      Body.Write.class, write -> assertThat(write.offset()).isEqualTo(8192));
            });
  }

  @Test
  void anotherDigestWithTheSameHashesIsSentWhole() {
    assertThat(news(new KnownChunk(5, ANOTHER, false), page(5, ANOTHER), false))
        .isEqualTo(new News.Whole());
    assertThat(news(new KnownChunk(5, null, false), page(5, ANOTHER), false))
        .isEqualTo(new News.Nothing());
  }
}
