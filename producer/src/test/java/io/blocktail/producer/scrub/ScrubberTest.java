package io.blocktail.producer.scrub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.digest.ChunkHasher;
import io.blocktail.event.Body;
import io.blocktail.event.Event;
import io.blocktail.event.InvalidEventException;
import io.blocktail.event.Messages;
import io.blocktail.event.avro.ChunkDigest;
import io.blocktail.event.avro.NoDigest;
import io.blocktail.producer.SimulatedSource;
import io.blocktail.producer.publish.SentMessages;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ScrubberTest {
  private static final int CHUNKS = 4;
  private static final Duration PERIOD = Duration.ofHours(1);

  private SimulatedSource source;
  private final SentMessages digests = new SentMessages();
  private Scrubber scrubber;

  @BeforeEach
  void open() throws IOException {
    source = new SimulatedSource((long) CHUNKS * Geometry.DEFAULT_CHUNK);
    scrubber = scrubber();
  }

  private Scrubber scrubber() {
    return new Scrubber(source.volume, digests, PERIOD, Clock.systemUTC(), () -> source.nanos);
  }

  private void scrub() {
    while (scrubber.step()) {}
  }

  private Pass pass(long id) {
    return scrubber.passes().find(id).orElseThrow();
  }

  private List<ChunkDigest> told() {
    var messages = new Messages<>(ChunkDigest.class);
    var told = new ArrayList<ChunkDigest>();
    for (SentMessages.Sent sent : digests.stored()) {
      try {
        told.add(messages.decode(sent.message()));
      } catch (InvalidEventException e) {
        throw new AssertionError(e);
      }
    }
    return told;
  }

  @Test
  void aPassWaitsWhilePublishingIsPaused() throws IOException {
    long id = scrubber.requestPass();
    source.volume.pausePublishing(Instant.EPOCH);
    scrub();
    source.nanos += PERIOD.toNanos();
    scrub();
    source.publish();
    scrub();
    assertThat(pass(id).state()).isEqualTo(Pass.State.RUNNING);
    assertThat(pass(id).marked()).isZero();
    assertThat(source.volume.journal().appended()).as("no marker").isEqualTo(1);
    source.volume.resumePublishing();
    scrub();
    source.publish();
    scrub();
    assertThat(pass(id).state()).isEqualTo(Pass.State.FINISHED);
  }

  @Test
  void whatAVolumeGainsIsMarkedForThePassThatWasWhole() throws IOException {
    long id = scrubber.requestPass();
    scrub();
    source.publish();
    scrub();
    assertThat(pass(id).state()).isEqualTo(Pass.State.FINISHED);
    source.volume.grow((CHUNKS + 2L) * Geometry.DEFAULT_CHUNK);
    scrubber.grown(CHUNKS - 1);
    scrub();
    source.publish();
    scrub();
    assertThat(told()).hasSize(CHUNKS + 3);
    for (ChunkDigest digest : told().subList(CHUNKS, CHUNKS + 3)) {
      assertThat(digest.getPass()).isEqualTo(id);
      assertThat(digest.getChunks()).isEqualTo(CHUNKS + 2);
    }
  }

  @Test
  void aPassThatRunsWhileTheVolumeGrowsMarksWhatIsNewToo() throws IOException {
    long id = scrubber.requestPass();
    assertThat(scrubber.step()).isTrue();
    source.volume.grow((CHUNKS + 2L) * Geometry.DEFAULT_CHUNK);
    scrub();
    source.publish();
    scrub();
    assertThat(pass(id).state()).isEqualTo(Pass.State.FINISHED);
    assertThat(pass(id).marked()).isEqualTo(CHUNKS + 2);
  }

  @Test
  void aRequestedPassMarksEveryChunkAndTellsItsDigest() throws IOException {
    source.write(Geometry.DEFAULT_CHUNK, new byte[] {1, 2, 3});
    long id = scrubber.requestPass();
    scrub();
    source.publish();
    scrub();
    assertThat(pass(id).state()).isEqualTo(Pass.State.FINISHED);
    assertThat(pass(id).marked()).isEqualTo(CHUNKS);
    assertThat(told()).hasSize(CHUNKS);
    List<Event> events = source.events();
    for (ChunkDigest digest : told()) {
      var marker = (Body.Marker) events.get((int) digest.getSequence() - 1).body();
      assertThat(digest.getDigest().bytes()).isEqualTo(marker.digest().toBytes());
      assertThat(marker.digest())
          .isEqualTo(ChunkHasher.hash(digest.getChunk(), chunk(digest.getChunk()), 1 << 20));
      assertThat(digest.getPass()).isEqualTo(id);
      assertThat(digest.getChunks()).isEqualTo(CHUNKS);
      assertThat(digest.getTarget()).isNull();
    }
    assertThat(digests.stored()).extracting(SentMessages.Sent::key).contains("demo/0", "demo/3");
  }

  private byte[] chunk(int chunk) throws IOException {
    byte[] content = source.content();
    return Arrays.copyOfRange(content, chunk << 20, chunk + 1 << 20);
  }

  @Test
  void noDigestIsToldBeforeItsMarkerIsPublished() throws IOException {
    long id = scrubber.requestPass();
    scrub();
    assertThat(told()).isEmpty();
    assertThat(pass(id).state()).isEqualTo(Pass.State.RUNNING);
    assertThat(pass(id).marked()).isZero();
  }

  @Test
  void thatDigestsCannotBeToldIsSaidUntilTheyCan() throws IOException {
    assertThat(scrubber.trouble()).isNull();
    digests.failing(true);
    long id = scrubber.requestPass();
    scrub();
    source.publish();
    scrub();
    assertThat(scrubber.trouble()).isEqualTo("simulated: not stored");
    digests.failing(false);
    source.nanos += Duration.ofSeconds(1).toNanos();
    scrub();
    assertThat(pass(id).state()).isEqualTo(Pass.State.FINISHED);
    assertThat(scrubber.trouble()).isNull();
  }

  @Test
  void oneStepGoesOnSendingForAShortTimeOnly() throws IOException {
    digests.onSend(() -> source.nanos += Duration.ofSeconds(1).toNanos());
    long _ = scrubber.requestPass();
    scrub();
    source.publish();
    boolean _ = scrubber.step();
    assertThat(told()).hasSize(1);
  }

  @Test
  void aChunkIsMarkedOnlyWhenKafkaHasItsDigest() throws IOException {
    digests.silent(true);
    long id = scrubber.requestPass();
    scrub();
    source.publish();
    scrub();
    assertThat(told()).hasSize(CHUNKS);
    assertThat(pass(id).marked()).isZero();
    digests.silent(false);
    scrub();
    assertThat(pass(id).state()).isEqualTo(Pass.State.FINISHED);
  }

  @Test
  void aDigestThatDidNotReachKafkaIsToldAgain() throws IOException {
    digests.failing(true);
    long id = scrubber.requestPass();
    scrub();
    source.publish();
    scrub();
    digests.failing(false);
    source.nanos += Duration.ofSeconds(2).toNanos();
    scrub();
    assertThat(told()).hasSize(CHUNKS);
    assertThat(pass(id).state()).isEqualTo(Pass.State.FINISHED);
  }

  @Test
  void theBackgroundPassIsSpreadOverItsPeriod() {
    for (int minute = 0; minute < 60; minute += 5) {
      scrub();
      assertThat(source.volume.journal().appended()).isEqualTo(1 + minute / 15);
      source.nanos += Duration.ofMinutes(5).toNanos();
    }
  }

  @Test
  void aRequestedPassGoesBeforeTheBackgroundAndDoesNotEndIt() throws IOException {
    source.nanos += PERIOD.dividedBy(CHUNKS).toNanos();
    scrub();
    long background = source.volume.journal().appended();
    assertThat(background).isEqualTo(2);
    long id = scrubber.requestPass();
    scrub();
    assertThat(source.volume.journal().appended()).isEqualTo(2 + CHUNKS);
    for (int i = 0; i < CHUNKS; i++) {
      source.nanos += PERIOD.dividedBy(CHUNKS).toNanos();
      source.publish();
      scrub();
    }
    assertThat(pass(id).state()).isEqualTo(Pass.State.FINISHED);
    assertThat(pass(id - 1).onDemand()).isFalse();
    assertThat(pass(id - 1).state()).isEqualTo(Pass.State.FINISHED);
  }

  @Test
  void aRequestWhileOneWaitsIsTheSamePass() throws IOException {
    long first = scrubber.requestPass();
    assertThat(scrubber.requestPass()).isEqualTo(first);
    scrubber.step();
    assertThat(scrubber.requestPass()).isGreaterThan(first);
  }

  @Test
  void passesAreNumberedUpwardsOverRestarts() throws IOException {
    long before = scrubber.requestPass();
    source.restart();
    scrubber = scrubber();
    assertThat(scrubber.passes().find(before)).isEmpty();
    assertThat(scrubber.requestPass()).isGreaterThan(before);
  }

  @Test
  void chunksAreMarkedAgainForTheirPass() throws IOException {
    scrubber.markAgain(ChunkSet.of(2), 77);
    scrub();
    source.publish();
    scrub();
    assertThat(told()).hasSize(1);
    assertThat(told().getFirst().getChunk()).isEqualTo(2);
    assertThat(told().getFirst().getPass()).isEqualTo(77);
  }

  @Test
  void rotOfTheSourceIsSaidInsteadOfADigest() throws IOException {
    source.write(0, new byte[4096]);
    scrubber.requestPass();
    scrub();
    source.publish();
    scrub();
    source.flip(5000);
    digests.stored().clear();
    long id = scrubber.requestPass();
    scrub();
    source.publish();
    scrub();
    ChunkDigest rotted = told().getFirst();
    assertThat(rotted.getChunk()).isZero();
    assertThat(rotted.getReason()).isEqualTo(NoDigest.ROTTED);
    assertThat(rotted.getDigest()).isNull();
    assertThat(told().get(1).getReason()).isNull();
    assertThat(source.volume.chunks().rottedChunks()).isEqualTo(1);
    assertThat(pass(id).state()).isEqualTo(Pass.State.FINISHED);
  }

  @Test
  void markersInFlightAreBounded() throws IOException {
    source = new SimulatedSource(64 << 20);
    scrubber = scrubber();
    for (int i = 0; i < 20; i++) {
      scrubber.requestPass();
      for (int step = 0; step < 64; step++) {
        scrubber.step();
      }
    }
    assertThat(source.volume.journal().appended()).isEqualTo(1 + DigestPublisher.LIMIT);
  }

  /// The pass in the background lasts longer than a thousand on demand.
  @Test
  void oldPassesAreForgottenAlsoBehindOneThatGoesOn() throws IOException {
    source.nanos += PERIOD.toNanos();
    boolean _ = scrubber.step();
    long first = 0;
    for (int i = 0; i < 200; i++) {
      long id = scrubber.requestPass();
      first = first == 0 ? id : first;
      scrub();
      source.publish();
      scrub();
      assertThat(pass(id).state()).isEqualTo(Pass.State.FINISHED);
    }
    assertThat(scrubber.passes().find(first)).isEmpty();
  }

  @Test
  void whenTheVolumeStopsItsPassesAreAbandoned() throws IOException {
    long id = scrubber.requestPass();
    source.volume.stop("a test");
    scrub();
    assertThat(pass(id).state()).isEqualTo(Pass.State.ABANDONED);
    assertThat(pass(id).reason()).contains("a test");
    assertThatThrownBy(() -> scrubber.requestPass()).hasMessageContaining("a test");
  }
}
