/// The events of a volume's stream and every other message that crosses a process boundary: their
/// meaning ([io.blocktail.event.Event]), their bytes, and the rule by which a reader believes them.
@NullMarked
package io.blocktail.event;

import org.jspecify.annotations.NullMarked;
