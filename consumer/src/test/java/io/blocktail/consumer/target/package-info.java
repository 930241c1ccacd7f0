/// Tests of whole targets, over a simulated disk and a stream in memory.
@NullMarked
package io.blocktail.consumer.target;

import org.jspecify.annotations.NullMarked;
