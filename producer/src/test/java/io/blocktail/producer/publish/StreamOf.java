package io.blocktail.producer.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.Chain;
import io.blocktail.event.Event;
import io.blocktail.event.EventCodec;
import io.blocktail.event.InvalidEventException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Reads records as a target does.
public final class StreamOf {
  private StreamOf() {}

  /// The events that count. Holes that were mended later are passed over.
  public static List<Event> events(Iterable<byte[]> records) {
    return events(records, false);
  }

  /// The events that count, where none may have been missing even for a moment.
  public static List<Event> eventsWithoutHole(Iterable<byte[]> records) {
    return events(records, true);
  }

  private static List<Event> events(Iterable<byte[]> records, boolean strict) {
    var events = new ArrayList<Event>();
    Chain chain = Chain.START;
    for (byte[] record : records) {
      Event event;
      try {
        event = EventCodec.decode(EventCodec.FRAMING.open(ByteBuffer.wrap(record)));
      } catch (InvalidEventException e) {
        continue;
      }
      Chain.Verdict verdict = chain.judge(event);
      assertThat(strict && verdict == Chain.Verdict.HOLE).isFalse();
      if (verdict == Chain.Verdict.NEXT) {
        events.add(event);
        chain = chain.after(event);
      }
    }
    return events;
  }

  /// Sequences 1, 2, 3 … up to `last`, each once.
  public static void assertDense(List<Event> events, long last) {
    assertThat(events.size()).isEqualTo(Math.toIntExact(last));
    for (int i = 0; i < events.size(); i++) {
      assertThat(events.get(i).sequence()).isEqualTo(i + 1);
    }
  }
}
