package io.blocktail.producer.publish;

import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.producer.journal.Journal;
import io.blocktail.producer.journal.JournalReader;
import io.blocktail.producer.journal.JournalRecord;
import io.blocktail.producer.journal.SequenceNotRetained;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jboss.logging.Logger;

/// Where the journal goes on behind the stream's end, if it can.
final class JournalJoin {
  private static final Logger LOG = Logger.getLogger(JournalJoin.class);
  private static final String START_ANEW =
      " To start a new history from the volume's present content, stop the producer, delete the"
          + " topic and the volume's directory, and start it again";

  private JournalJoin() {}

  /// A reader of what the stream does not have yet. The stream's last event must be the journal's
  /// own, where the journal still has it: a source that was rolled back and went on writing has
  /// another one under the same sequence.
  static JournalReader openBehind(StreamScan scan, SourceVolume volume, String topic)
      throws IOException {
    Journal journal = volume.journal();
    long end = scan.sequence();
    if (end > journal.appended()) {
      throw new UnfitStream(
          "the stream in topic %s is ahead of the journal: its last event is %d, the journal's %d."
                  .formatted(topic, end, journal.appended())
              + " The source was rolled back, or somebody else writes to the topic."
              + START_ANEW);
    }
    journal.lost(end);
    ByteBuffer last = scan.lastBody();
    if (last == null) {
      return behind(end, volume, topic);
    }
    JournalReader reader;
    try {
      reader = journal.reader(end);
    } catch (SequenceNotRetained e) {
      return behind(end, volume, topic);
    }
    JournalRecord own = reader.next();
    if (own != null && own.sequence() == end && own.body().equals(last)) {
      return reader;
    }
    reader.close();
    throw new UnfitStream(
        "event %d of the stream in topic %s is not the journal's event %d: the source was rolled"
                .formatted(end, topic, end)
            + " back, or somebody else writes to the topic."
            + START_ANEW);
  }

  /// What the topic lost and the journal does not have any more is sent as content.
  private static JournalReader behind(long end, SourceVolume volume, String topic)
      throws IOException {
    Journal journal = volume.journal();
    try {
      return journal.reader(end + 1);
    } catch (SequenceNotRetained e) {
      LOG.errorf(
          "volume %s: the stream in topic %s ends at event %d, and the journal does not have the"
              + " next ones any more (%s): the topic lost its tail or was made again. What was"
              + " changed since is sent anew",
          volume.name(), topic, end, e.getMessage());
      return journal.reader(volume.goOnBehind(end));
    }
  }
}
