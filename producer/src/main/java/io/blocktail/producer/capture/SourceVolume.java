package io.blocktail.producer.capture;

import io.blocktail.event.Ownership;
import io.blocktail.producer.journal.Journal;
import io.blocktail.storage.Disk;
import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.VolumeName;
import java.io.IOException;
import java.util.Optional;

public final class SourceVolume implements AutoCloseable {
  SourceVolume() {}

  /// Opens the volume, or makes it where the directory has none yet. The device is the volume's
  /// from then on and closed with it; it stays the caller's when this fails.
  public static SourceVolume open(
      VolumeName name, BlockDevice device, Disk directory, SourceSettings settings)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  public VolumeName name() {
    throw new UnsupportedOperationException();
  }

  public Ownership ownership() {
    throw new UnsupportedOperationException();
  }

  public int epoch() {
    throw new UnsupportedOperationException();
  }

  /// Whether the volume was made empty.
  public boolean startedEmpty() {
    throw new UnsupportedOperationException();
  }

  /// Whether the gap over the content that the volume started with is still to be closed.
  public boolean initialGapOpen() {
    throw new UnsupportedOperationException();
  }

  /// Durable when it returns.
  public void initialGapClosed() throws IOException {
    throw new UnsupportedOperationException();
  }

  public CapturingDevice device() {
    throw new UnsupportedOperationException();
  }

  public Journal journal() {
    throw new UnsupportedOperationException();
  }

  public ChunkRecords chunks() {
    throw new UnsupportedOperationException();
  }

  /// What was acknowledged by Kafka when the last checkpoint was taken, or since.
  public Optional<StreamPosition> published() {
    throw new UnsupportedOperationException();
  }

  /// Remembered with the next checkpoint.
  public void published(StreamPosition position) {
    throw new UnsupportedOperationException();
  }

  /// The number of a new scrub pass: higher than any before, also over restarts.
  public long nextPass() throws IOException {
    throw new UnsupportedOperationException();
  }

  /// One step of background work: forces the device, moves the point from which a restart redoes
  /// the journal, stores chunk records, frees journal segments.
  ///
  /// @return whether there was something to do
  public boolean checkpoint() throws IOException {
    throw new UnsupportedOperationException();
  }

  public SourceState state() {
    throw new UnsupportedOperationException();
  }

  /// Stops serving: from now on clients get EIO, and nothing is appended. The first reason counts.
  public void stop(String reason) {
    throw new UnsupportedOperationException();
  }

  public void stop(Throwable cause) {
    throw new UnsupportedOperationException();
  }

  /// Takes a last checkpoint if the volume is fit, and gives the files back. Requests in flight
  /// must be done.
  @Override
  public void close() throws IOException {
    throw new UnsupportedOperationException();
  }
}
