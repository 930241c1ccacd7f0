/// The NBD server: takes volumes to clients over TCP and a Unix socket, and knows nothing of what a
/// device does with a request. A connection is one thread: what one read of its socket brings is
/// one batch for the device, and one write answers it. The protocol is fixed newstyle NBD, as
/// `doc/proto.md` of the NetworkBlockDevice project has it, with structured replies and metadata
/// contexts, and with the extended headers of its branch `extension-ext-header`.
@NullMarked
package io.blocktail.producer.nbd;

import org.jspecify.annotations.NullMarked;
