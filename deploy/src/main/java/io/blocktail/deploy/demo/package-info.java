/// The demonstration: a file system and random writes through NBD, a replica damaged behind the
/// consumer's back, and the healing.
@NullMarked
package io.blocktail.deploy.demo;

import org.jspecify.annotations.NullMarked;
