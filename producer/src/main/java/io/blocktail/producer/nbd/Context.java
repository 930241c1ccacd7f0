package io.blocktail.producer.nbd;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A metadata context: one view of an export's extents, each of which has flags in it.
sealed interface Context {
  /// What is allocated and what are holes: bit 0 for a hole, bit 1 for what reads as zeros.
  record Allocation() implements Context {
    static final String NAME = "base:allocation";

    @Override
    public String name() {
      return NAME;
    }
  }

  /// What was changed after a sequence of the volume's history: bit 0. It may be set where nothing
  /// was changed, but is never missing where something was.
  record ChangedSince(long sequence) implements Context {
    static final String PREFIX = "blocktail:changed-since:";

    private static final Pattern SEQUENCE = Pattern.compile("0|[1-9][0-9]{0,17}");

    @Override
    public String name() {
      return PREFIX + sequence;
    }

    /// Empty when the text is no sequence, or none that `history` has reached.
    static Optional<Context> parse(String sequence, @Nullable History history) {
      if (history == null || !SEQUENCE.matcher(sequence).matches()) {
        return Optional.empty();
      }
      long value = Long.parseLong(sequence);
      return value <= history.end() ? Optional.of(new ChangedSince(value)) : Optional.empty();
    }
  }

  /// As clients know it.
  String name();

  /// The context that a client names; empty when the export has no such one.
  static Optional<Context> parse(String name, Export export) {
    if (name.equals(Allocation.NAME)) {
      return Optional.of(new Allocation());
    }
    return name.startsWith(ChangedSince.PREFIX)
        ? ChangedSince.parse(name.substring(ChangedSince.PREFIX.length()), export.history())
        : Optional.empty();
  }
}
