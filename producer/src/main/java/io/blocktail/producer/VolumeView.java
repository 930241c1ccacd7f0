package io.blocktail.producer;

import io.blocktail.event.Ownership;
import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.producer.scan.Scan;
import io.blocktail.producer.scan.Scanner;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A volume as `GET /volumes` shows it. Of one that could not be opened only name, size, file,
/// state and reason are known.
///
/// @param size in bytes
/// @param sequence the last one given
/// @param forced the last one that is durable in the journal
/// @param published the last one that Kafka has acknowledged
/// @param state serving, unscanned, paused, blocked, overflow or stopped
/// @param pausedSince since when nothing is published because somebody wants it so; null when
///   something is
/// @param readOnly whether NBD clients may only read
/// @param capture nbd, scan or pull
/// @param lastScan the last one that was finished; null where NBD clients write, and before the
///   first
record VolumeView(
    String name,
    @Nullable String uuid,
    long size,
    @Nullable Integer chunkSize,
    @Nullable Integer epoch,
    @Nullable Long sequence,
    @Nullable Long forced,
    @Nullable Long published,
    @Nullable Long journalBytes,
    String state,
    @Nullable String reason,
    String file,
    @Nullable Boolean startedEmpty,
    @Nullable Integer rottedChunks,
    @Nullable Integer dirtyChunks,
    @Nullable Instant pausedSince,
    @Nullable Boolean readOnly,
    String capture,
    @Nullable ScanView lastScan) {
  static VolumeView of(RunningVolume running) {
    SourceVolume volume = running.volume();
    Ownership ownership = volume.ownership();
    StateName state = StateName.of(running);
    Progress progress = running.progress();
    return new VolumeView(
        volume.name().value(),
        ownership.volume().toString(),
        ownership.geometry().size(),
        ownership.geometry().chunkSize(),
        volume.epoch(),
        progress.sequence(),
        progress.forced(),
        progress.published(),
        volume.journal().usedBytes(),
        state.name(),
        state.reason(),
        running.file(),
        volume.startedEmpty(),
        volume.chunks().rottedChunks(),
        volume.dirtyChunks(),
        volume.pause().since(),
        running.readOnly(),
        running.capture().name().toLowerCase(Locale.ROOT),
        lastScan(running));
  }

  static VolumeView of(BrokenVolume broken) {
    return new VolumeView(
        broken.name().value(),
        null,
        broken.size(),
        null,
        null,
        null,
        null,
        null,
        null,
        StateName.STOPPED,
        broken.reason(),
        broken.file(),
        null,
        null,
        null,
        null,
        null,
        broken.capture().name().toLowerCase(Locale.ROOT),
        null);
  }

  private static @Nullable ScanView lastScan(RunningVolume running) {
    Scanner scanner = running.scanner();
    return scanner == null
        ? null
        : scanner.log().scans().stream()
            .filter(scan -> scan.state() == Scan.State.FINISHED)
            .findFirst()
            .map(ScanView::of)
            .orElse(null);
  }
}
