/// Rules that hold for all of schemas.
@NullMarked
package io.blocktail;

import org.jspecify.annotations.NullMarked;
