package io.blocktail.consumer.target;

import io.blocktail.consumer.apply.Trust;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// How a target is. Each state offers only the moves that it allows; what is learned of the replica
/// after each record chooses one of them.
public sealed interface TargetState {
  /// Why, where that needs saying.
  @Nullable String reason();

  TargetState observe(Trust trust);

  /// A move that every state allows.
  default Halted halt(String reason) {
    return new Halted(reason);
  }

  default String label() {
    return getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  /// Not reading yet, or still waiting for the event that says which volume this is.
  record Initializing(String reason) implements TargetState {
    Recovering recover(String reason) {
      return new Recovering(reason);
    }

    Resyncing resync(int chunks) {
      return new Resyncing(chunks);
    }

    Following follow() {
      return new Following();
    }

    @Override
    public TargetState observe(Trust trust) {
      return switch (trust) {
        case Trust.Unborn _ -> this;
        case Trust.Sound _ -> follow();
        case Trust.Incomplete(int chunks) -> resync(chunks);
        case Trust.Recovering(String reason) -> recover(reason);
        case Trust.Halted(String reason) -> halt(reason);
      };
    }
  }

  /// Stopped uncleanly, and may still be ahead of its watermark.
  record Recovering(String reason) implements TargetState {
    Resyncing resync(int chunks) {
      return new Resyncing(chunks);
    }

    Following follow() {
      return new Following();
    }

    @Override
    public TargetState observe(Trust trust) {
      return switch (trust) {
        case Trust.Recovering(String why) -> why.equals(reason) ? this : new Recovering(why);
        case Trust.Sound _ -> follow();
        case Trust.Incomplete(int chunks) -> resync(chunks);
        case Trust.Halted(String reason) -> halt(reason);
        case Trust.Unborn _ -> throw illegal(this, trust);
      };
    }
  }

  /// Some chunks are inside a gap.
  record Resyncing(int chunks) implements TargetState {
    Resyncing resync(int chunks) {
      return chunks == this.chunks ? this : new Resyncing(chunks);
    }

    Following follow() {
      return new Following();
    }

    @Override
    public String reason() {
      return "%d chunks are still to come".formatted(chunks);
    }

    @Override
    public TargetState observe(Trust trust) {
      return switch (trust) {
        case Trust.Sound _ -> follow();
        case Trust.Incomplete(int chunks) -> resync(chunks);
        case Trust.Halted(String reason) -> halt(reason);
        case Trust.Unborn _, Trust.Recovering _ -> throw illegal(this, trust);
      };
    }
  }

  /// Equals the source as it was at the watermark.
  record Following() implements TargetState {
    Resyncing resync(int chunks) {
      return new Resyncing(chunks);
    }

    @Override
    public @Nullable String reason() {
      return null;
    }

    @Override
    public TargetState observe(Trust trust) {
      return switch (trust) {
        case Trust.Sound _ -> this;
        case Trust.Incomplete(int chunks) -> resync(chunks);
        case Trust.Halted(String reason) -> halt(reason);
        case Trust.Unborn _, Trust.Recovering _ -> throw illegal(this, trust);
      };
    }
  }

  /// Applies nothing: until the source sends everything again, or until its files are in order.
  record Halted(String reason) implements TargetState {
    @Override
    public Halted halt(String reason) {
      return reason.equals(this.reason) ? this : new Halted(reason);
    }

    Resyncing resync(int chunks) {
      return new Resyncing(chunks);
    }

    /// Opens its files once more.
    Initializing retry() {
      return new Initializing("trying again after: " + reason);
    }

    @Override
    public TargetState observe(Trust trust) {
      return switch (trust) {
        case Trust.Incomplete(int chunks) -> resync(chunks);
        case Trust.Halted(String reason) -> halt(reason);
        case Trust.Sound _, Trust.Unborn _, Trust.Recovering _ -> throw illegal(this, trust);
      };
    }
  }

  private static AssertionError illegal(TargetState state, Trust trust) {
    return new AssertionError("a target that is " + state + " cannot become " + trust);
  }
}
