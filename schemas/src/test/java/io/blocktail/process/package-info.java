/// Other processes that tests start, kill and look at.
@NullMarked
package io.blocktail.process;

import org.jspecify.annotations.NullMarked;
