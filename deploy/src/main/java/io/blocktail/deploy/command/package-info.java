/// The commands of `deploy/blocktail`.
@NullMarked
package io.blocktail.deploy.command;

import org.jspecify.annotations.NullMarked;
