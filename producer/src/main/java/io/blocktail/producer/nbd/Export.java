package io.blocktail.producer.nbd;

import io.blocktail.volume.BlockDevice;
import org.jspecify.annotations.Nullable;

/// A device that clients can choose.
///
/// @param description for people
/// @param readOnly whether nothing may be changed through it
/// @param history null when nothing is known of the device's past
/// @param users the connections that chose it
record Export(
    String name,
    BlockDevice device,
    String description,
    boolean readOnly,
    @Nullable History history,
    Connections users) {}
