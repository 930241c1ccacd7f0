/// The four children of `up`: broker, producer, consumer and validator, with the files that
/// configure them.
@NullMarked
package io.blocktail.deploy.service;

import org.jspecify.annotations.NullMarked;
