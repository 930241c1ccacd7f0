/// Applies a stream's events to a copy of the volume, each block at most once for each position of
/// the history, and remembers durably how far it came. The layers, from the inside: the rule
/// ([io.blocktail.consumer.apply.Rule]), the versions of the blocks, the chunks that are not to be
/// trusted, the checkpoint, how far the replica is to be believed
/// ([io.blocktail.consumer.apply.Standing]) and how much may be applied before the next checkpoint
/// ([io.blocktail.consumer.apply.Allowance]), and the [io.blocktail.consumer.apply.Applier], which
/// takes one record after the other.
@NullMarked
package io.blocktail.consumer.apply;

import org.jspecify.annotations.NullMarked;
