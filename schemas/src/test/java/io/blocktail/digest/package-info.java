/// Tests of digests.
@NullMarked
package io.blocktail.digest;

import org.jspecify.annotations.NullMarked;
