/// Where records come in: a volume's stream, read record by record from a known place on. The port
/// is [io.blocktail.consumer.intake.ChangeStream]; the real one is a Kafka consumer.
@NullMarked
package io.blocktail.consumer.intake;

import org.jspecify.annotations.NullMarked;
