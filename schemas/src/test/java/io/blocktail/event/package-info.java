/// Tests of the events' meaning and bytes, with Avro's own code as the oracle.
@NullMarked
package io.blocktail.event;

import org.jspecify.annotations.NullMarked;
