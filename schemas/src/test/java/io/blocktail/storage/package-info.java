/// A disk in memory that can lose power, for the tests of all modules, and tests of the real one.
@NullMarked
package io.blocktail.storage;

import org.jspecify.annotations.NullMarked;
