/// The launcher for one machine, the command line and the benchmark.
@NullMarked
package io.blocktail.deploy;

import org.jspecify.annotations.NullMarked;
