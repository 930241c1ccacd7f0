/// Whole-system tests: `deploy/up` started as a person starts it, foreign clients, foreign judges.
/// What is killed, damaged or sent here is the real thing; what is compared is compared by `cmp`.
@NullMarked
package io.blocktail.deploy.system;

import org.jspecify.annotations.NullMarked;
