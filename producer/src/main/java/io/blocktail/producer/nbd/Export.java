package io.blocktail.producer.nbd;

import io.blocktail.volume.BlockDevice;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// A device that clients can choose.
///
/// @param description for people
/// @param locked whether nothing may be changed through it
/// @param history null when nothing is known of the device's past
/// @param users the connections that chose it
record Export(
    String name,
    BlockDevice device,
    String description,
    AtomicBoolean locked,
    @Nullable History history,
    Connections users) {
  boolean readOnly() {
    return locked.get();
  }
}
