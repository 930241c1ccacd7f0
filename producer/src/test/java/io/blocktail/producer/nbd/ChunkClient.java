package io.blocktail.producer.nbd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.blocktail.producer.nbd.RawClient.OptionReply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// A client that has asked for structured replies or for extended headers, and takes replies chunk
/// by chunk. Like [RawClient] it sends what it is told.
final class ChunkClient implements AutoCloseable {
  static final int NONE = 0;
  static final int DATA = 1;
  static final int HOLE = 2;
  static final int STATUS = 5;
  static final int STATUS_EXT = 6;
  static final int ERROR = 0x8001;
  static final int ERROR_OFFSET = 0x8002;

  /// The type that stands for a simple reply.
  static final int SIMPLE = -1;

  /// A chunk, or a simple reply.
  ///
  /// @param offset the request's, as extended headers repeat it; -1 without them
  record Chunk(int flags, int type, long cookie, long offset, ByteBuffer payload) {
    boolean done() {
      return type == SIMPLE || (flags & 1) != 0;
    }

    /// 0 when it tells of no error.
    int error() {
      return type == SIMPLE || type >= 0x8000 ? payload.getInt(0) : 0;
    }

    String message() {
      var bytes = new byte[payload.getShort(4)];
      payload.get(6, bytes);
      return new String(bytes, UTF_8);
    }

    /// Where a content chunk starts, or an error is.
    long where() {
      return payload.getLong(type == ERROR_OFFSET ? payload.limit() - 8 : 0);
    }

    /// How many bytes of the export a content chunk tells of.
    int length() {
      return type == HOLE ? payload.getInt(8) : payload.limit() - 8;
    }

    byte[] data() {
      var data = new byte[length()];
      if (type == DATA) {
        payload.get(8, data);
      }
      return data;
    }
  }

  final RawClient raw;
  private final boolean extended;

  private ChunkClient(int port, int option, boolean extended) throws IOException {
    this.raw = RawClient.tcp(port);
    this.extended = extended;
    raw.greet(RawClient.FLAGS);
    raw.option(option);
    OptionReply reply = raw.optionReply();
    if (reply.type() != 1) {
      throw new IOException("refused: " + reply.text());
    }
  }

  /// Has structured replies and no export.
  static ChunkClient structured(ServedFile served) throws IOException {
    return new ChunkClient(served.server.port(), 8, false);
  }

  /// Has extended headers and no export.
  static ChunkClient extended(ServedFile served) throws IOException {
    return new ChunkClient(served.server.port(), 11, true);
  }

  /// Takes the export.
  ///
  /// @return the transmission flags
  int go(String export) throws IOException {
    raw.option(7, RawClient.infoRequest(export));
    int flags = -1;
    for (OptionReply reply = raw.optionReply(); ; reply = raw.optionReply()) {
      if (reply.type() == 1) {
        return flags;
      } else if (reply.type() != 3) {
        throw new IOException("refused: " + reply.text());
      }
      ByteBuffer data = ByteBuffer.wrap(reply.data());
      if (data.getShort() == 0) {
        flags = Short.toUnsignedInt(data.getShort(10));
      }
    }
  }

  /// The data of an option about metadata contexts.
  static byte[] contexts(String export, String... queries) {
    var data = ByteBuffer.allocate(16 << 10);
    put(data, export);
    data.putInt(queries.length);
    for (String query : queries) {
      put(data, query);
    }
    var bytes = new byte[data.position()];
    data.get(0, bytes);
    return bytes;
  }

  private static void put(ByteBuffer to, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    to.putInt(bytes.length).put(bytes);
  }

  /// Lists (option 9) or selects (option 10) contexts.
  ///
  /// @return `ID=NAME` for each, then the last reply's type
  List<String> ask(int option, byte... data) throws IOException {
    raw.option(option, data);
    var said = new ArrayList<String>();
    while (true) {
      OptionReply reply = raw.optionReply();
      if (reply.type() != 4) {
        said.add(Integer.toHexString(reply.type()));
        return said;
      }
      ByteBuffer context = ByteBuffer.wrap(reply.data());
      said.add(context.getInt() + "=" + UTF_8.decode(context));
    }
  }

  List<String> select(String export, String... queries) throws IOException {
    return ask(10, contexts(export, queries));
  }

  void request(int flags, int command, long cookie, long offset, long length) throws IOException {
    request(flags, command, cookie, offset, length, new byte[0]);
  }

  void request(int flags, int command, long cookie, long offset, long length, byte[] payload)
      throws IOException {
    raw.send(
        ByteBuffer.allocate(32 + payload.length)
            .put(header(flags, command, cookie, offset, length).flip())
            .put(payload));
  }

  ByteBuffer header(int flags, int command, long cookie, long offset, long length) {
    if (!extended) {
      return RawClient.header(flags, command, cookie, offset, length);
    }
    return ByteBuffer.allocate(32)
        .putInt(0x21e41c71)
        .putShort((short) flags)
        .putShort((short) command)
        .putLong(cookie)
        .putLong(offset)
        .putLong(length);
  }

  void write(int flags, long cookie, long offset, byte[] data) throws IOException {
    request(extended ? flags | 32 : flags, 1, cookie, offset, data.length, data);
  }

  /// Writes bytes that look random, and are the same for the same length.
  byte[] writeRandom(long offset, int length) throws IOException {
    var data = new byte[length];
    new Random(length).nextBytes(data);
    write(0, 1, offset, data);
    if (only().error() != 0) {
      throw new IOException("the write failed");
    }
    return data;
  }

  List<Chunk> read(int flags, long offset, int length) throws IOException {
    request(flags, 0, 77, offset, length);
    List<Chunk> reply = reply();
    if (!reply.stream().allMatch(chunk -> chunk.cookie() == 77)) {
      throw new IOException("another reply: " + reply);
    }
    return reply;
  }

  Chunk chunk() throws IOException {
    int magic = raw.read(4).getInt();
    if (magic == 0x67446698) {
      ByteBuffer rest = raw.read(12);
      return new Chunk(0, SIMPLE, rest.getLong(4), -1, rest.slice(0, 4));
    }
    if (magic != (extended ? 0x6e8a278c : 0x668e33ef)) {
      throw new IOException("no reply starts with %08x".formatted(magic));
    }
    ByteBuffer rest = raw.read(extended ? 28 : 16);
    int flags = rest.getShort();
    int type = Short.toUnsignedInt(rest.getShort());
    long cookie = rest.getLong();
    long offset = extended ? rest.getLong() : -1;
    long length = extended ? rest.getLong() : Integer.toUnsignedLong(rest.getInt());
    return new Chunk(flags, type, cookie, offset, raw.read(Math.toIntExact(length)));
  }

  /// All chunks of the next reply, when replies do not mix.
  List<Chunk> reply() throws IOException {
    var chunks = new ArrayList<Chunk>();
    do {
      chunks.add(chunk());
    } while (!chunks.getLast().done());
    return chunks;
  }

  /// The only chunk of the next reply.
  Chunk only() throws IOException {
    List<Chunk> reply = reply();
    if (reply.size() != 1) {
      throw new IOException("%d chunks: %s".formatted(reply.size(), reply));
    }
    return reply.getFirst();
  }

  /// What a read's chunks say of the range; each byte is told once.
  static byte[] content(List<Chunk> reply, long offset, int length) {
    var content = new byte[length];
    var told = new boolean[length];
    for (Chunk chunk : reply) {
      if (chunk.type() == DATA || chunk.type() == HOLE) {
        byte[] data = chunk.data();
        for (int i = 0; i < data.length; i++) {
          int at = Math.toIntExact(chunk.where() - offset) + i;
          if (told[at]) {
            throw new AssertionError("byte %d is told twice".formatted(at));
          }
          told[at] = true;
          content[at] = data[i];
        }
      }
    }
    for (int i = 0; i < length; i++) {
      if (!told[i]) {
        throw new AssertionError("byte %d is not told".formatted(i));
      }
    }
    return content;
  }

  /// A reply in words: each content chunk and error with its place and length in KiB, a full stop
  /// behind the last.
  static String shape(List<Chunk> reply) {
    var shape = new StringBuilder();
    for (Chunk chunk : reply) {
      switch (chunk.type()) {
        case DATA -> shape.append("data ").append(chunk.where() / 1024);
        case HOLE -> shape.append("hole ").append(chunk.where() / 1024);
        case ERROR_OFFSET ->
            shape
                .append("error ")
                .append(chunk.error())
                .append(" at ")
                .append(chunk.where() / 1024);
        case NONE -> shape.append("none");
        default -> shape.append("type ").append(chunk.type());
      }
      if (chunk.type() == DATA || chunk.type() == HOLE) {
        shape.append("+").append(chunk.length() / 1024);
      }
      shape.append(chunk.done() ? "." : ", ");
    }
    return shape.toString();
  }

  @Override
  public void close() throws IOException {
    raw.close();
  }
}
