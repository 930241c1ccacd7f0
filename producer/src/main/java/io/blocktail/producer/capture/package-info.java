/// Gives every change of a volume its place in the history: journal first, then the device. Holds
/// what belongs together for that: the volume's lock, device, journal, chunk records, checkpoint.
@NullMarked
package io.blocktail.producer.capture;

import org.jspecify.annotations.NullMarked;
