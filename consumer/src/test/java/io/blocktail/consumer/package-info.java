/// Tests of the consumer as a whole.
@NullMarked
package io.blocktail.consumer;

import org.jspecify.annotations.NullMarked;
