/// Captures a volume that somebody else writes: looks at its device again and again, and brings
/// what has changed into the history. Each scan is a gap from the first difference that it finds to
/// its end, so that a target says it is consistent only when it is what one scan has seen.
@NullMarked
package io.blocktail.producer.scan;

import org.jspecify.annotations.NullMarked;
