/// Tests of names, geometry and devices.
@NullMarked
package io.blocktail.volume;

import org.jspecify.annotations.NullMarked;
