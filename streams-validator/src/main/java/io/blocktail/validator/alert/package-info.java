/// What a person should know, and what heals by itself: the watch over volumes and their targets.
/// It keeps the newest verdict of every chunk, which passes are proved, open alerts and open resync
/// requests. All state is in stores that come from outside; one watch runs on one thread.
@NullMarked
package io.blocktail.validator.alert;

import org.jspecify.annotations.NullMarked;
