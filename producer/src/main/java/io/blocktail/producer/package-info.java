/// The source's side: exports volumes over NBD, captures every write in order and publishes it.
@NullMarked
package io.blocktail.producer;

import org.jspecify.annotations.NullMarked;
