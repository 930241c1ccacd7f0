package io.blocktail.producer.nbd;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a client has asked for so far in its handshake.
final class Agreement {
  private Framing framing = Framing.SIMPLE;

  /// The export that contexts were selected for.
  private @Nullable Export described;

  private List<Context> contexts = List.of();

  Framing framing() {
    return framing;
  }

  /// Extended headers, once agreed on, stay.
  void agree(Framing framing) {
    this.framing = framing;
  }

  void select(Export export, List<Context> contexts) {
    this.described = export;
    this.contexts = List.copyOf(contexts);
  }

  /// What was selected is void.
  void deselect() {
    described = null;
    contexts = List.of();
  }

  /// What would hold if the client chose the export now. Contexts that were selected for another
  /// one do not count.
  Session with(Export export) {
    return new Session(export, framing, export == described ? contexts : List.of());
  }
}
