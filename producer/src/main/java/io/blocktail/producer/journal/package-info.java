/// The write-ahead log of a volume: what a write is first, before it reaches the device, and where
/// the publisher takes it from.
@NullMarked
package io.blocktail.producer.journal;

import org.jspecify.annotations.NullMarked;
