/// Reads a volume that another NBD server has, such as QEMU: an NBD client (doc/proto.md of
/// NetworkBlockDevice/nbd) that asks which parts are dirty, which are zeros, and what the others
/// hold.
@NullMarked
package io.blocktail.producer.pull;

import org.jspecify.annotations.NullMarked;
