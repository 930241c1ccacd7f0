package io.blocktail.deploy.client;

import org.jspecify.annotations.Nullable;

/// A verification pass, as the producer tells it.
///
/// @param state running, finished or abandoned
/// @param marked of `chunks`
/// @param reason why it was abandoned, or will be
public record Pass(long id, String state, long chunks, long marked, @Nullable String reason) {
  public boolean isFinished() {
    return state.equals("finished");
  }

  public boolean isAbandoned() {
    return state.equals("abandoned");
  }
}
