/// The HTTP interfaces of the three services, as the launcher and the command line see them.
@NullMarked
package io.blocktail.deploy.client;

import org.jspecify.annotations.NullMarked;
