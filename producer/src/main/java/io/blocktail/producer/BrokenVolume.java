package io.blocktail.producer;

import io.blocktail.volume.VolumeName;

/// A volume that is configured but cannot be opened.
///
/// @param size that is configured, in bytes; 0 when none is
/// @param file that is configured
/// @param reason what is wrong
record BrokenVolume(
    VolumeName name, String file, long size, String reason, ProducerConfig.Capture capture) {}
