/// Compares the digests of source and targets, raises alerts and asks for resync.
@NullMarked
package io.blocktail.validator;

import org.jspecify.annotations.NullMarked;
