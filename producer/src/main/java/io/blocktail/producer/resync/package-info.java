/// Answers those who ask for a volume's content again: a gap, the present content of its chunks,
/// and the gap's end, in the one stream that carries everything else.
@NullMarked
package io.blocktail.producer.resync;

import org.jspecify.annotations.NullMarked;
