/// An NBD client (doc/proto.md of NetworkBlockDevice/nbd), as far as the demonstration and the
/// benchmark need one: what goes over the wire, and on top of it requests that are sent ahead.
@NullMarked
package io.blocktail.deploy.nbd;

import org.jspecify.annotations.NullMarked;
