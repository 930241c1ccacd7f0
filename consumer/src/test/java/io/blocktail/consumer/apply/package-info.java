/// Tests of what an applier is made of.
@NullMarked
package io.blocktail.consumer.apply;

import org.jspecify.annotations.NullMarked;
