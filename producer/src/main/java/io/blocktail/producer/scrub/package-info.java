/// Walks over a volume's chunks, hashes them, and puts markers into the history that say at which
/// point each digest holds; tells the source's digests once their markers are published.
@NullMarked
package io.blocktail.producer.scrub;

import org.jspecify.annotations.NullMarked;
