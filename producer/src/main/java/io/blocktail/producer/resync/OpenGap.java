package io.blocktail.producer.resync;

import io.blocktail.event.Body;
import io.blocktail.producer.capture.CapturingDevice;
import io.blocktail.producer.capture.MovedOn;
import io.blocktail.producer.capture.RottenChunk;
import io.blocktail.producer.capture.SourceState;
import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.producer.journal.JournalSuspended;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.TargetName;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.BitSet;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// A gap that is being filled: one chunk after the other, ascending. What cannot be sent is left
/// out, so that the targets know it to be undone.
final class OpenGap {
  private static final Logger LOG = Logger.getLogger(OpenGap.class);

  /// How many chunks may have been appended and not been published. Keeps a resync from filling the
  /// journal that writers need.
  private static final int AHEAD = 16;

  private final SourceVolume volume;
  private final CapturingDevice device;
  private final long name;
  private final @Nullable TargetName target;
  private final String origin;
  private final BitSet left;
  private final BitSet sent = new BitSet();
  private final ArrayDeque<Long> unpublished = new ArrayDeque<>();

  /// @param name sequence of the event that opened it
  OpenGap(
      SourceVolume volume, long name, @Nullable TargetName target, ChunkSet chunks, String origin) {
    this.volume = volume;
    this.device = volume.device();
    this.name = name;
    this.target = target;
    this.left = chunks.toBitSet();
    this.origin = origin;
  }

  /// Opens a gap over the chunks.
  static OpenGap open(
      SourceVolume volume, @Nullable TargetName target, ChunkSet chunks, String origin)
      throws IOException {
    long name = volume.device().append(new Body.Gap(target, chunks, volume.ownership()), origin);
    return new OpenGap(volume, name, target, chunks, origin);
  }

  boolean isFilled() {
    return left.isEmpty();
  }

  /// @param published sequence of the last published event
  boolean hasRoom(long published) {
    while (!unpublished.isEmpty() && unpublished.getFirst() <= published) {
      unpublished.removeFirst();
    }
    return unpublished.size() < AHEAD && !volume.journal().blocked();
  }

  /// Sends the next chunk.
  ///
  /// @return how many bytes it has
  int sendNext() throws IOException {
    int chunk = left.nextSetBit(0);
    left.clear(chunk);
    try {
      unpublished.addLast(device.base(chunk, name, target, origin));
      sent.set(chunk);
    } catch (JournalSuspended e) {
      left.set(chunk);
      throw e;
    } catch (MovedOn e) {
      LOG.infof("volume %s: %s: %s", volume.name(), origin, e.getMessage());
    } catch (RottenChunk e) {
      leftOut(chunk, e);
    } catch (IOException e) {
      if (volume.state() instanceof SourceState.Stopped) {
        throw e;
      }
      leftOut(chunk, e);
    }
    return volume.ownership().geometry().chunkLength(chunk);
  }

  private void leftOut(int chunk, IOException e) {
    LOG.errorf(
        "volume %s: chunk %d is left out of gap %d (%s) and stays undone: %s",
        volume.name(), chunk, name, origin, e.getMessage());
  }

  /// Ends the gap.
  ///
  /// @return the sequence of its last event
  long close() throws IOException {
    return device.append(new Body.Whole(name, target), origin);
  }

  /// The chunks whose content was sent.
  BitSet sent() {
    return sent;
  }
}
