package io.blocktail.deploy.process;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds, in what a dead child printed, the words that say why: of a Java stack trace the message
/// of its last cause, else the last lines. Pure.
public final class Complaint {
  private static final int LINES = 5;
  private static final Pattern FRAME =
      Pattern.compile("\\s+at .*|\\s*\\.\\.\\. \\d+ (more|common frames omitted)");
  private static final Pattern THROWABLE =
      Pattern.compile(
          "(?:Caused by: |Exception in thread \"[^\"]*\" )?((?:[\\w$]+\\.)+[\\w$]+): (.*)");

  private static final Pattern OURS =
      Pattern.compile("(?:Caused by: |Exception in thread \"[^\"]*\" )?io\\.blocktail\\..*");

  private Complaint() {}

  /// @return one to a few lines without an end of line; empty when the child said nothing
  public static List<String> in(List<String> printed) {
    int cause = cause(printed);
    if (cause < 0) {
      List<String> words =
          printed.stream()
              .filter(line -> !line.isBlank() && !FRAME.matcher(line).matches())
              .toList();
      return words.subList(Math.max(0, words.size() - LINES), words.size());
    }
    var words = new ArrayList<String>();
    Matcher first = THROWABLE.matcher(printed.get(cause));
    words.add(first.matches() ? first.group(2) : printed.get(cause));
    // The message goes on until the first frame.
    for (int i = cause + 1; i < printed.size() && words.size() < LINES; i++) {
      String line = printed.get(i);
      if (FRAME.matcher(line).matches() || THROWABLE.matcher(line).matches()) {
        break;
      }
      words.add(line);
    }
    return words;
  }

  /// The line of the throwable that says most: the first of our own, which names the setting or the
  /// volume and quotes its cause; else the last one. Only those with frames under them count, since
  /// other lines may look the same.
  private static int cause(List<String> printed) {
    int last = -1;
    int candidate = -1;
    for (int i = 0; i < printed.size(); i++) {
      String line = printed.get(i);
      if (FRAME.matcher(line).matches() && candidate >= 0) {
        if (OURS.matcher(printed.get(candidate)).matches()) {
          return candidate;
        }
        last = candidate;
        candidate = -1;
      } else if (THROWABLE.matcher(line).matches()) {
        candidate = i;
      }
    }
    return last;
  }
}
