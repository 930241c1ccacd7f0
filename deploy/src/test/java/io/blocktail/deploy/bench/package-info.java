/// The benchmark's parts; nothing here judges a speed.
@NullMarked
package io.blocktail.deploy.bench;

import org.jspecify.annotations.NullMarked;
