package io.blocktail.producer.scrub;

import io.blocktail.volume.ChunkSet;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Marks a volume's chunks, so that its targets can be compared with it.
public interface Verifier {
  Passes passes();

  /// Why digests cannot be told now; null when nothing is known to be in the way.
  @Nullable String trouble();

  /// Asks for a pass over all chunks as they are from now on.
  ///
  /// @return its id
  /// @throws IOException when the volume is stopped, or the id cannot be made durable
  long requestPass() throws IOException;

  /// Asks for chunks to be marked once more for a pass, since targets have got them anew.
  void markAgain(ChunkSet chunks, long pass);

  /// The volume has grown: what is new is marked for the pass that was whole before, so that it is
  /// again, and what it has proved need not wait for the next one.
  ///
  /// @param from the first chunk that is new or longer
  void grown(int from);

  /// Does a piece of work.
  ///
  /// @return whether there was any; if not, [#pause] before the next call
  boolean step();

  /// Waits until there is, or may be, something to do.
  void pause();

  /// Ends all passes.
  void stop(String reason);
}
