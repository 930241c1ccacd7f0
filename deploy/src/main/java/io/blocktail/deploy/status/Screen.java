package io.blocktail.deploy.status;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What a person sees: messages that stay, and under them the live lines. On a terminal the live
/// lines are redrawn in place; elsewhere a line is printed when a condition has changed, and for
/// one target not more than once in ten seconds. Thread safe.
public final class Screen {
  private static final Duration SELDOM = Duration.ofSeconds(10);
  private static final String CLEAR_BELOW = "\u001b[J";
  private static final String WRAP_OFF = "\u001b[?7l";
  private static final String WRAP_ON = "\u001b[?7h";

  private record Printed(String condition, Instant at) {}

  private final PrintStream out;
  private final boolean terminal;
  private final InstantSource clock;
  private final Map<String, Printed> printed = new HashMap<>();
  private List<String> live = List.of();

  /// @param terminal whether the cursor can be moved
  public Screen(PrintStream out, boolean terminal, InstantSource clock) {
    this.out = out;
    this.terminal = terminal;
    this.clock = clock;
  }

  /// Whether standard output is a terminal.
  public static boolean isTerminal() {
    var console = System.console();
    return console != null && console.isTerminal();
  }

  /// A line that stays.
  public synchronized void say(String line) {
    out.print(erase() + line + "\n" + draw());
    out.flush();
  }

  synchronized void show(List<StatusLine> lines) {
    if (terminal) {
      String erased = erase();
      live = lines.stream().map(StatusLine::toString).toList();
      out.print(erased + draw());
      out.flush();
      return;
    }
    for (StatusLine line : lines) {
      Printed before = printed.get(line.label());
      Instant now = clock.instant();
      if (before == null
          || !before.condition().equals(line.condition())
              && !now.isBefore(before.at().plus(SELDOM))) {
        out.print(line + "\n");
        printed.put(line.label(), new Printed(line.condition(), now));
      }
    }
    out.flush();
  }

  /// Nothing is live any more; the last lines are taken away, since they no longer hold.
  public synchronized void clear() {
    out.print(erase());
    live = List.of();
    out.flush();
  }

  private String erase() {
    return live.isEmpty() ? "" : "\r\u001b[%dA".formatted(live.size()) + CLEAR_BELOW;
  }

  /// Long lines are cut by the terminal: a wrapped one would make the count of lines wrong.
  private String draw() {
    return live.isEmpty() ? "" : WRAP_OFF + String.join("\n", live) + "\n" + WRAP_ON;
  }
}
