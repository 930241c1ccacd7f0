/// What tests need to run other people's programs.
@NullMarked
package io.blocktail.process;

import org.jspecify.annotations.NullMarked;
