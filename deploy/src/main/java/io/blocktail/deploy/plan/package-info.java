/// What a person asks `up` for: volumes, targets, broker and ports, and how that is reconciled with
/// what a directory holds already. Pure, except for what [io.blocktail.deploy.plan.Requirements]
/// asks the machine.
@NullMarked
package io.blocktail.deploy.plan;

import org.jspecify.annotations.NullMarked;
