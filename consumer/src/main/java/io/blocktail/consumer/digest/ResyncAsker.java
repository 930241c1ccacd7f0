package io.blocktail.consumer.digest;

/// Brings a target's request to the source. Does not block; goes on trying until the request is
/// acknowledged. What gets lost with the process, the target asks for again.
@FunctionalInterface
public interface ResyncAsker {
  void ask(ResyncAsk ask);
}
