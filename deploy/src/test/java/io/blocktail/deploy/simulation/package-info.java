/// The whole way of a write in one process and one thread: the real cores of producer and consumer,
/// with disks, broker and clock simulated, in an order that a seed decides.
@NullMarked
package io.blocktail.deploy.simulation;

import org.jspecify.annotations.NullMarked;
