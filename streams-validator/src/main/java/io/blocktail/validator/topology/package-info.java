/// The Kafka Streams application: what is read, in which stores the state is, what is written, and
/// how it is started and kept running. Decisions are made in `compare` and `alert`; nothing here
/// decides.
@NullMarked
package io.blocktail.validator.topology;

import org.jspecify.annotations.NullMarked;
