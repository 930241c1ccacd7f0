package io.blocktail.producer.publish;

import java.util.ArrayList;
import java.util.List;

/// A topic of messages that remembers what was sent.
public final class SentMessages implements MessageTopic {
  public record Sent(String key, byte[] message) {}

  private final List<Sent> stored = new ArrayList<>();
  private final List<Runnable> unanswered = new ArrayList<>();
  private Runnable sending = () -> {};
  private boolean failing;
  private boolean silent;

  /// While it fails nothing is stored.
  public void failing(boolean on) {
    failing = on;
  }

  /// While it is silent, answers are held back.
  public void silent(boolean on) {
    silent = on;
    if (!on) {
      unanswered.forEach(Runnable::run);
      unanswered.clear();
    }
  }

  /// @param runs with each message that is sent
  public void onSend(Runnable runs) {
    sending = runs;
  }

  public List<Sent> stored() {
    return stored;
  }

  @Override
  public void send(String key, byte[] message, Answer answer) {
    sending.run();
    if (failing) {
      answer.told("simulated: not stored");
      return;
    }
    stored.add(new Sent(key, message));
    if (silent) {
      unanswered.add(() -> answer.told(null));
    } else {
      answer.told(null);
    }
  }
}
