package io.blocktail.deploy.client;

/// A verification pass, as the producer tells it.
///
/// @param state running, finished or abandoned
/// @param marked of `chunks`
public record Pass(long id, String state, long chunks, long marked) {
  public boolean isFinished() {
    return state.equals("finished");
  }

  public boolean isAbandoned() {
    return state.equals("abandoned");
  }
}
