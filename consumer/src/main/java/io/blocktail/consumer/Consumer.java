package io.blocktail.consumer;

import jakarta.enterprise.context.ApplicationScoped;

/// Stands in until the first real class.
@ApplicationScoped
public class Consumer {}
