/// What people and programs ask of the validator over HTTP, answered from its stores. While the
/// stores cannot be read it says so; it never answers with less than all.
@NullMarked
package io.blocktail.validator.console;

import org.jspecify.annotations.NullMarked;
