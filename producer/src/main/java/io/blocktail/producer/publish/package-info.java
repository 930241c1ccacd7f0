/// From the journal to Kafka: each volume's stream is published in order, without a hole, and only
/// what the source cannot lose any more. Also what the other parts of the producer say over Kafka.
@NullMarked
package io.blocktail.producer.publish;

import org.jspecify.annotations.NullMarked;
