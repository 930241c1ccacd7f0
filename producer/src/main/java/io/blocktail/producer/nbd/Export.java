package io.blocktail.producer.nbd;

import io.blocktail.volume.BlockDevice;

/// A device that clients can choose.
///
/// @param description for people
/// @param users the connections that chose it
record Export(String name, BlockDevice device, String description, Connections users) {}
