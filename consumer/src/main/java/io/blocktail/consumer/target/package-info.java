/// A target: one copy of one volume, with its files, its place in the stream and its state. Ties
/// intake, apply and digest together; steppable, so that two threads of its own or a simulation
/// move it. [io.blocktail.consumer.target.Target] has the state; of its parts, one reads the stream
/// ahead, one decides when a checkpoint is made, and one when the source is asked.
@NullMarked
package io.blocktail.consumer.target;

import org.jspecify.annotations.NullMarked;
