package io.blocktail.deploy.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Prints what a command found: a JSON document, or a table.
public final class Printer {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private Printer() {}

  public static void json(PrintWriter out, Object document) {
    try {
      out.println(JSON.writeValueAsString(document));
      out.flush();
    } catch (JsonProcessingException e) {
      throw new AssertionError("our own records can be written", e);
    }
  }

  /// Columns as wide as their longest cell.
  ///
  /// @param rows the first is the heading; all of one length
  static void table(PrintWriter out, List<List<String>> rows) {
    var widths = new ArrayList<Integer>();
    for (int column = 0; column < rows.getFirst().size(); column++) {
      int at = column;
      widths.add(rows.stream().mapToInt(row -> row.get(at).length()).max().orElse(0));
    }
    for (List<String> row : rows) {
      var line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        line.append(row.get(column));
        line.repeat(' ', widths.get(column) - row.get(column).length() + 2);
      }
      out.println(line.toString().stripTrailing());
    }
    out.flush();
  }

  /// `-` for what is not known.
  static String cell(@Nullable Object value) {
    return value == null ? "-" : value.toString();
  }
}
