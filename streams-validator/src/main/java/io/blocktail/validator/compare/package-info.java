/// The join of what the source and its targets say about one chunk. All of it is pure: history and
/// report in, history and observations out. Digests are only ever compared at one and the same
/// marker, so load, delay and order of arrival cannot make a false divergence.
@NullMarked
package io.blocktail.validator.compare;

import org.jspecify.annotations.NullMarked;
