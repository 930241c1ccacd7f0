/// Digests of chunks: what source and targets compare to learn whether they hold the same bytes.
@NullMarked
package io.blocktail.digest;

import org.jspecify.annotations.NullMarked;
