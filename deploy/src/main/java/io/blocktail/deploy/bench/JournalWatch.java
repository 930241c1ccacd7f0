package io.blocktail.deploy.bench;

import org.jspecify.annotations.Nullable;

/// Looks at the source while a job runs: a journal that filled and made writers wait turns the
/// job's figure into one of Kafka's. Its thread, `journal-watch`, asks some times a second.
final class JournalWatch implements AutoCloseable {
  private static final long PAUSE_MILLIS = 100;

  private final TestedVolume volume;
  private final Thread thread = new Thread(this::watch, "journal-watch");
  private long peakBytes;
  private @Nullable String trouble;
  private boolean closing;

  JournalWatch(TestedVolume volume) {
    this.volume = volume;
  }

  void start() {
    thread.start();
  }

  /// @return the most journal that was seen in use
  long stop() throws BenchFailedException, InterruptedException {
    close();
    thread.join();
    synchronized (this) {
      if (trouble != null) {
        throw new BenchFailedException(trouble);
      }
      return peakBytes;
    }
  }

  /// Without waiting for the thread or judging what it saw: for the way out after another failure.
  @Override
  public synchronized void close() {
    closing = true;
    notifyAll();
  }

  private void watch() {
    try {
      do {
        look(volume.source());
      } while (pause());
    } catch (UnansweredException e) {
      fail("the producer stopped answering during a job: " + e.getMessage());
    } catch (InterruptedException _) {
      fail("the journal was not watched to the end");
    }
  }

  private synchronized void look(TestedVolume.Source source) {
    peakBytes = Math.max(peakBytes, source.journalBytes());
    if (!source.serving() && trouble == null) {
      trouble =
          "the volume was %s during a job (%d MiB of journal in use): the figures say nothing"
              .formatted(source.state(), source.journalBytes() >> 20);
    }
  }

  private synchronized void fail(String message) {
    if (trouble == null) {
      trouble = message;
    }
  }

  private synchronized boolean pause() throws InterruptedException {
    long end = System.nanoTime() + PAUSE_MILLIS * 1_000_000;
    long left = PAUSE_MILLIS;
    while (!closing && left > 0) {
      wait(left);
      left = (end - System.nanoTime()) / 1_000_000;
    }
    return !closing;
  }
}
