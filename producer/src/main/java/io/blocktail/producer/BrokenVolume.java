package io.blocktail.producer;

import io.blocktail.volume.VolumeName;
import java.nio.file.Path;

/// A volume that is configured but cannot be opened.
///
/// @param size of its file, in bytes
/// @param reason what is wrong
record BrokenVolume(VolumeName name, Path file, long size, String reason) {}
