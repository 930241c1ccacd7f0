package io.blocktail.producer;

import io.blocktail.volume.VolumeName;
import java.nio.file.Path;

/// A volume that is configured but cannot be opened.
///
/// @param size that is configured, in bytes; 0 when none is
/// @param file that is configured
/// @param reason what is wrong
record BrokenVolume(VolumeName name, Path file, long size, String reason) {}
