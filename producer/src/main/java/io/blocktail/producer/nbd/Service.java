package io.blocktail.producer.nbd;

import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/// What the connections of a server share.
///
/// @param tls null when there is none
/// @param timer ends what takes too long; discards what comes after its end
record Service(
    Exports exports,
    Connections connections,
    Buffers.Pool pool,
    NbdLimits limits,
    @Nullable TlsEngines tls,
    ScheduledExecutorService timer) {}
