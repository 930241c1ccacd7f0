/// What a person sees while `up` runs: what to connect to, then one live line a target.
@NullMarked
package io.blocktail.deploy.status;

import org.jspecify.annotations.NullMarked;
