package io.blocktail.event;

/// How everybody reads a stream: which of its events count. Events of an older epoch, and late
/// copies, are dropped; an event that does not follow on what was read before shows a hole. A
/// value: reading an event gives the next one.
///
/// @param epoch of the last event that counted, 0 before the first
/// @param sequence of the last event that counted, 0 before the first
public record Chain(int epoch, long sequence) {
  public static final Chain START = new Chain(0, 0);

  public enum Verdict {
    /// It follows: it counts.
    NEXT,
    /// At or below what was read already: a late copy, dropped whole.
    DUPLICATE,
    /// By an owner that was replaced: dropped whole.
    FENCED,
    /// Something before it is missing, or it is of an epoch that nobody opened.
    HOLE
  }

  /// EPOCH is judged by its epoch alone, since its sequence may be one that the former owner also
  /// used.
  public Verdict judge(Event event) {
    if (event.epoch() < epoch) {
      return Verdict.FENCED;
    }
    if (event.body() instanceof Body.Epoch) {
      if (event.epoch() == epoch) {
        return Verdict.DUPLICATE;
      }
      return event.previous() > sequence ? Verdict.HOLE : Verdict.NEXT;
    }
    if (event.epoch() > epoch) {
      return Verdict.HOLE;
    }
    if (event.sequence() <= sequence) {
      return Verdict.DUPLICATE;
    }
    return event.previous() > sequence ? Verdict.HOLE : Verdict.NEXT;
  }

  /// The chain with this event as its last.
  public Chain after(Event event) {
    return new Chain(event.epoch(), event.sequence());
  }
}
