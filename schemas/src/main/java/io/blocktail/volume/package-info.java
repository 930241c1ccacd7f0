/// How the bytes of a volume are named and addressed: names, blocks, chunks and extents, and the
/// devices that hold them. A [BlockDevice] is a stack of layers; the bottom one is a [FileDevice].
@NullMarked
package io.blocktail.volume;

import org.jspecify.annotations.NullMarked;
