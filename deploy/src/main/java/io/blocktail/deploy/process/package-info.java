/// Child processes: how one is started, guarded against outliving us, logged, started again and
/// stopped.
@NullMarked
package io.blocktail.deploy.process;

import org.jspecify.annotations.NullMarked;
