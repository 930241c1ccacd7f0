/// The NBD server: takes volumes to clients over TCP and a Unix socket, and knows nothing of what a
/// device does with a request. A connection is one thread: what one read of its socket brings is
/// one batch for the device, and one write answers it. The protocol is fixed newstyle NBD with
/// simple replies, as `doc/proto.md` of the NetworkBlockDevice project has it.
@NullMarked
package io.blocktail.producer.nbd;

import org.jspecify.annotations.NullMarked;
