package io.blocktail.producer.nbd;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The protocol's handshake phase: a client asks what there is, settles how to speak and chooses an
/// export. Reads exactly what an option has, so that nothing of the transmission behind it is
/// taken.
final class Handshake {
  /// The longest option that is looked at: a name, and one query of any length or many short ones,
  /// or many times as many information requests as there are kinds.
  private static final int LONGEST = 16 << 10;

  /// The longest option that is skipped, in bytes; longer ones end the connection.
  private static final long LONGEST_SKIPPED = 1 << 20;

  private static final byte[] NOTHING = {};

  private final Wire wire;
  private final Exports exports;
  private final Terms terms;
  private final StartTls tls;
  private final ByteBuffer in = ByteBuffer.allocate(LONGEST);
  private final OptionReplies replies;
  private final Agreement agreement = new Agreement();
  private final ContextOptions contexts;
  private Security security = Security.NONE;
  private boolean zeroes;

  /// @param tls asked when a client starts TLS, which it can where the terms say so
  Handshake(Wire wire, Exports exports, Terms terms, StartTls tls) {
    this.wire = wire;
    this.exports = exports;
    this.terms = terms;
    this.tls = tls;
    this.replies = new OptionReplies(wire);
    this.contexts = new ContextOptions(exports, agreement, replies);
  }

  /// What was settled, the export included that the client has been told it has; null when it gave
  /// up.
  ///
  /// @throws ProtocolException when the protocol demands that the connection ends
  @Nullable Session negotiate() throws IOException {
    replies.greet();
    if (!receive(4)) {
      return null;
    }
    int flags = in.getInt();
    if ((flags & ~(Protocol.HANDSHAKE_FIXED_NEWSTYLE | Protocol.HANDSHAKE_NO_ZEROES)) != 0) {
      throw new ProtocolException("unknown client flags %08x".formatted(flags));
    }
    zeroes = (flags & Protocol.HANDSHAKE_NO_ZEROES) == 0;
    boolean fixed = (flags & Protocol.HANDSHAKE_FIXED_NEWSTYLE) != 0;
    security = Security.of(terms.tls(), fixed);
    if (security == Security.DEMANDED && !fixed) {
      throw new ProtocolException("it is too old for TLS, which is demanded here");
    }
    return haggle();
  }

  private @Nullable Session haggle() throws IOException {
    while (receive(16)) {
      long magic = in.getLong();
      if (magic != Protocol.OPTION_MAGIC) {
        throw new ProtocolException("an option starts with %016x".formatted(magic));
      }
      int option = in.getInt();
      long length = Integer.toUnsignedLong(in.getInt());
      Security.Refusal refusal = security.judge(option, length);
      if (refusal != null) {
        refuse(option, length, refusal);
        continue;
      }
      if (option == Protocol.OPTION_STARTTLS) {
        return negotiateInTls();
      }
      if (option == Protocol.OPTION_EXPORT_NAME) {
        return exportName(length);
      }
      Session chosen = answer(option, length);
      if (chosen != null || option == Protocol.OPTION_ABORT) {
        return chosen;
      }
    }
    return null;
  }

  /// EXPORT_NAME alone has no way to be refused.
  private void refuse(int option, long length, Security.Refusal refusal) throws IOException {
    if (option == Protocol.OPTION_EXPORT_NAME) {
      throw new ProtocolException(refusal.message());
    }
    skip(length);
    replies.end(option, refusal.type(), refusal.message());
  }

  /// Begins anew, with nothing of what was negotiated in the open but what the client told of
  /// itself before all options.
  private @Nullable Session negotiateInTls() throws IOException {
    replies.end(Protocol.OPTION_STARTTLS, Protocol.REPLY_ACK, "");
    var inside = new Handshake(tls.start(), exports, terms, tls);
    inside.security = Security.RUNNING;
    inside.zeroes = zeroes;
    return inside.haggle();
  }

  private @Nullable Session answer(int option, long length) throws IOException {
    boolean known =
        switch (option) {
          case Protocol.OPTION_ABORT,
              Protocol.OPTION_LIST,
              Protocol.OPTION_INFO,
              Protocol.OPTION_GO,
              Protocol.OPTION_STRUCTURED_REPLY,
              Protocol.OPTION_LIST_META_CONTEXT,
              Protocol.OPTION_SET_META_CONTEXT,
              Protocol.OPTION_EXTENDED_HEADERS ->
              true;
          default -> false;
        };
    boolean tooLong = length > LONGEST;
    if (!known || tooLong || option == Protocol.OPTION_ABORT) {
      skip(length);
    } else if (!receive((int) length)) {
      return null;
    }
    if (option == Protocol.OPTION_ABORT) {
      replies.end(option, Protocol.REPLY_ACK, "");
    } else if (!known) {
      replies.end(option, Protocol.REPLY_ERR_UNSUP, "this server does not have the option");
    } else if (tooLong) {
      if (option == Protocol.OPTION_SET_META_CONTEXT) {
        agreement.deselect();
      }
      replies.end(option, Protocol.REPLY_ERR_TOO_BIG, "the option has too much data");
    } else {
      return carryOut(option);
    }
    return null;
  }

  private @Nullable Session carryOut(int option) throws IOException {
    switch (option) {
      case Protocol.OPTION_LIST -> list();
      case Protocol.OPTION_STRUCTURED_REPLY -> agree(option, Framing.STRUCTURED);
      case Protocol.OPTION_EXTENDED_HEADERS -> agree(option, Framing.EXTENDED);
      case Protocol.OPTION_LIST_META_CONTEXT -> contexts.list(in);
      case Protocol.OPTION_SET_META_CONTEXT -> contexts.set(in);
      default -> {
        return info(option);
      }
    }
    return null;
  }

  private void agree(int option, Framing framing) throws IOException {
    if (in.hasRemaining()) {
      replies.end(option, Protocol.REPLY_ERR_INVALID, "the option has no data");
    } else if (agreement.framing() == Framing.EXTENDED && framing != Framing.EXTENDED) {
      replies.end(
          option, Protocol.REPLY_ERR_EXT_HEADER_REQD, "extended headers are agreed on already");
    } else {
      agreement.agree(framing);
      replies.end(option, Protocol.REPLY_ACK, "");
    }
  }

  private Session exportName(long length) throws IOException {
    if (length > Protocol.MAX_STRING) {
      throw new ProtocolException("an export name of %d bytes".formatted(length));
    }
    if (agreement.framing() == Framing.EXTENDED) {
      throw new ProtocolException("an option that cannot be used with extended headers");
    }
    if (!receive((int) length)) {
      throw new ProtocolException("no export name came");
    }
    return switch (exports.choose(text((int) length))) {
      case Exports.Choice.Found(Export export) -> {
        Session session = agreement.with(export);
        replies.exportName(session, zeroes);
        yield session;
      }
      case Exports.Choice.Unknown(String reason) -> throw new ProtocolException(reason);
    };
  }

  private void list() throws IOException {
    if (in.hasRemaining()) {
      replies.end(Protocol.OPTION_LIST, Protocol.REPLY_ERR_INVALID, "the option has no data");
      return;
    }
    for (Export export : exports.all()) {
      replies.server(export.name(), export.description());
    }
    replies.end(Protocol.OPTION_LIST, Protocol.REPLY_ACK, "");
  }

  /// INFO and GO. The option is a name (32 bits length, text) and a list of the kinds of
  /// information that the client asks for (16 bits count, 16 bits each).
  private @Nullable Session info(int option) throws IOException {
    long name = in.remaining() < 6 ? -1 : Integer.toUnsignedLong(in.getInt());
    if (name < 0 || name > Math.min(in.remaining() - 2, Protocol.MAX_STRING)) {
      replies.end(option, Protocol.REPLY_ERR_INVALID, "the name is longer than the option");
      return null;
    }
    String text = text((int) name);
    int asked = Short.toUnsignedInt(in.getShort());
    if (asked * 2 != in.remaining()) {
      replies.end(option, Protocol.REPLY_ERR_INVALID, "the list is not as long as the option says");
      return null;
    }
    return switch (exports.choose(text)) {
      case Exports.Choice.Unknown(String reason) -> {
        replies.end(option, Protocol.REPLY_ERR_UNKNOWN, reason);
        yield null;
      }
      case Exports.Choice.Found(Export export) -> {
        Session session = agreement.with(export);
        describe(option, session);
        yield option == Protocol.OPTION_GO ? session : null;
      }
    };
  }

  private void describe(int option, Session session) throws IOException {
    Export export = session.export();
    replies.export(option, session);
    replies.blockSizes(option, terms.maxRequest());
    boolean name = false;
    boolean description = false;
    while (in.hasRemaining()) {
      int kind = Short.toUnsignedInt(in.getShort());
      name |= kind == Protocol.INFO_NAME;
      description |= kind == Protocol.INFO_DESCRIPTION;
    }
    if (name) {
      replies.text(option, Protocol.INFO_NAME, export.name());
    }
    if (description) {
      replies.text(option, Protocol.INFO_DESCRIPTION, export.description());
    }
    replies.end(option, Protocol.REPLY_ACK, "");
  }

  /// What is not UTF-8 becomes a text that is nobody's name.
  private String text(int length) {
    var bytes = length == 0 ? NOTHING : new byte[length];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /// Reads exactly so many bytes, at most [#LONGEST]; false when the client sends no more.
  private boolean receive(int bytes) throws IOException {
    in.clear().limit(bytes);
    while (in.hasRemaining()) {
      if (wire.read(in) < 0) {
        return false;
      }
    }
    in.flip();
    return true;
  }

  private void skip(long bytes) throws IOException {
    if (bytes > LONGEST_SKIPPED) {
      throw new ProtocolException("an option of %d bytes".formatted(bytes));
    }
    for (long left = bytes; left > 0; left -= in.limit()) {
      if (!receive((int) Math.min(left, LONGEST))) {
        throw new ProtocolException("the client left in the middle of an option");
      }
    }
  }
}
