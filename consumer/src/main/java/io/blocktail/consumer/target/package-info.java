/// A target: one copy of one volume, with its files, its place in the stream and its state. Ties
/// intake, apply and digest together; steppable, so that two threads of its own or a simulation
/// move it.
@NullMarked
package io.blocktail.consumer.target;

import org.jspecify.annotations.NullMarked;
