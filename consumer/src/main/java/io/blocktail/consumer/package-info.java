/// The copies' side: follows a volume's stream and applies it to its targets.
@NullMarked
package io.blocktail.consumer;

import org.jspecify.annotations.NullMarked;
