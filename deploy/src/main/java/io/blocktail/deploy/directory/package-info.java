/// DIR: where everything lies in it, who may use it, what it remembers, and the copy of the program
/// that runs from it.
@NullMarked
package io.blocktail.deploy.directory;

import org.jspecify.annotations.NullMarked;
