/// The files that Blocktail keeps for itself (journal, checkpoints, versions), behind an interface
/// small enough that a simulated disk can lose power, tear writes and fail in its place.
@NullMarked
package io.blocktail.storage;

import org.jspecify.annotations.NullMarked;
