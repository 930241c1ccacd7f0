/// What a target says to others: its digests at the source's markers, its requests to be sent
/// chunks again, and how it is. Ports, and the Kafka producer behind all of them.
@NullMarked
package io.blocktail.consumer.digest;

import org.jspecify.annotations.NullMarked;
