package io.blocktail.producer.scan;

import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// What can be learnt of changes without looking at all chunks. Called by one thread.
public interface Changes extends AutoCloseable {
  /// Whether it is time to scan because something was seen to change.
  boolean noticed(long nanos);

  /// A scan begins: what was seen before is behind.
  void taken();

  /// Something that is another one after a change; null where there is no such thing.
  @Nullable String stamp();

  /// Whether [#dirty] can tell.
  boolean pulls();

  /// Which chunks may have changed since the last scan, or more.
  ///
  /// @throws IOException when that cannot be learnt now; the message says why
  BitSet dirty(Geometry geometry) throws IOException;

  @Override
  void close() throws IOException;
}
