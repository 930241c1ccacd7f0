package io.blocktail.producer.nbd;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The options with which a client looks at metadata contexts and selects some. Both have the same
/// data: an export's name and a list of queries, each with 32 bits of length before it.
///
/// The syntax of queries: the name of a context, or, only for looking, the part of one that ends
/// with a colon, which stands for all that begin so. There are as many contexts
/// `blocktail:changed-since:SEQUENCE` as sequences, so that only what they begin with is shown.
/// What is nothing of that is passed over, as the protocol wants it for unknown namespaces.
final class ContextOptions {
  private static final String BASE = "base:";
  private static final String BLOCKTAIL = "blocktail:";

  /// What an option says.
  private record Asked(String export, List<String> queries) {}

  private final Exports exports;
  private final Agreement agreement;
  private final OptionReplies replies;

  ContextOptions(Exports exports, Agreement agreement, OptionReplies replies) {
    this.exports = exports;
    this.agreement = agreement;
    this.replies = replies;
  }

  /// @param data the option's, from position to limit
  void list(ByteBuffer data) throws IOException {
    int option = Protocol.OPTION_LIST_META_CONTEXT;
    Asked asked = read(option, data);
    Export export = asked == null ? null : find(option, asked.export());
    if (asked == null || export == null) {
      return;
    }
    var names = new LinkedHashSet<String>();
    if (asked.queries().isEmpty()) {
      match(BASE, export, names);
      match(BLOCKTAIL, export, names);
    }
    for (String query : asked.queries()) {
      match(query, export, names);
    }
    for (String name : names) {
      replies.context(option, 0, name);
    }
    replies.end(option, Protocol.REPLY_ACK, "");
  }

  private static void match(String query, Export export, Set<String> names) {
    if (query.equals(BASE)) {
      names.add(Context.Allocation.NAME);
    } else if (query.equals(BLOCKTAIL) || query.equals(Context.ChangedSince.PREFIX)) {
      if (export.history() != null) {
        names.add(Context.ChangedSince.PREFIX);
      }
    } else {
      Context.parse(query, export).map(Context::name).ifPresent(names::add);
    }
  }

  /// What was selected before is void from now on, whatever comes of this.
  ///
  /// @param data the option's, from position to limit
  void set(ByteBuffer data) throws IOException {
    agreement.deselect();
    int option = Protocol.OPTION_SET_META_CONTEXT;
    Asked asked = read(option, data);
    Export export = asked == null ? null : find(option, asked.export());
    if (asked == null || export == null) {
      return;
    }
    var selected = new LinkedHashSet<Context>();
    for (String query : asked.queries()) {
      Context.parse(query, export).ifPresent(selected::add);
    }
    if (selected.size() > Session.MOST_CONTEXTS) {
      replies.end(
          option,
          Protocol.REPLY_ERR_TOO_BIG,
          "at most %d contexts can be selected".formatted(Session.MOST_CONTEXTS));
      return;
    }
    agreement.select(export, List.copyOf(selected));
    int id = 1;
    for (Context context : selected) {
      replies.context(option, id++, context.name());
    }
    replies.end(option, Protocol.REPLY_ACK, "");
  }

  /// Null when the client has been told what is wrong.
  private @Nullable Asked read(int option, ByteBuffer data) throws IOException {
    if (!agreement.framing().chunks()) {
      replies.end(
          option, Protocol.REPLY_ERR_INVALID, "structured replies must be agreed on before");
      return null;
    }
    Asked asked = parse(data);
    if (asked == null) {
      replies.end(option, Protocol.REPLY_ERR_INVALID, "the option is not made as it says");
    }
    return asked;
  }

  private @Nullable Export find(int option, String name) throws IOException {
    return switch (exports.choose(name)) {
      case Exports.Choice.Found(Export export) -> export;
      case Exports.Choice.Unknown(String reason) -> {
        replies.end(option, Protocol.REPLY_ERR_UNKNOWN, reason);
        yield null;
      }
    };
  }

  /// Null when the data is too short or too long for what it says.
  private static @Nullable Asked parse(ByteBuffer data) {
    String export = text(data);
    if (export == null || data.remaining() < 4) {
      return null;
    }
    long count = Integer.toUnsignedLong(data.getInt());
    var queries = new ArrayList<String>();
    for (long i = 0; i < count; i++) {
      String query = text(data);
      if (query == null) {
        return null;
      }
      queries.add(query);
    }
    return data.hasRemaining() ? null : new Asked(export, queries);
  }

  private static @Nullable String text(ByteBuffer data) {
    if (data.remaining() < 4) {
      return null;
    }
    long length = Integer.toUnsignedLong(data.getInt());
    if (length > Math.min(data.remaining(), Protocol.MAX_STRING)) {
      return null;
    }
    var bytes = new byte[(int) length];
    data.get(bytes);
    return new String(bytes, UTF_8);
  }
}
