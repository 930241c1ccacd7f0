package io.blocktail.producer.nbd;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Random;

/// What a client might send in all its life: mostly sense, some of it spoiled.
final class FuzzSession {
  private static final String[] EXPORTS = {"demo", "demo", "demo", "fixed", "", "nobody"};
  private static final String[] QUERIES = {
    "base:allocation",
    "base:",
    "blocktail:",
    "blocktail:changed-since:0",
    "blocktail:changed-since:7",
    "blocktail:changed-since:1001",
    "qemu:x",
    ""
  };

  private final Random random;
  private final ByteBuffer out;
  private Framing framing = Framing.SIMPLE;

  private FuzzSession(Random random, ByteBuffer out) {
    this.random = random;
    this.out = out;
  }

  /// The bytes of a session.
  ///
  /// @param room where it is made
  static byte[] bytes(Random random, ByteBuffer room) {
    var session = new FuzzSession(random, room.clear());
    if (random.nextInt(20) == 0) {
      session.noise();
    } else {
      session.sense();
    }
    if (random.nextInt(3) == 0) {
      session.spoil();
    }
    int length = session.out.position();
    if (random.nextInt(5) == 0) {
      length = random.nextInt(length + 1);
    }
    var bytes = new byte[length];
    session.out.get(0, bytes);
    return bytes;
  }

  private void noise() {
    var noise = new byte[4 + random.nextInt(2000)];
    random.nextBytes(noise);
    if (random.nextBoolean()) {
      ByteBuffer.wrap(noise).putInt(3);
    }
    out.put(noise);
  }

  private void sense() {
    out.putInt(random.nextInt(10) == 0 ? 1 : 3);
    if (random.nextInt(3) > 0) {
      framing = random.nextBoolean() ? Framing.STRUCTURED : Framing.EXTENDED;
      option(framing == Framing.STRUCTURED ? 8 : 11);
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      anyOption();
    }
    if (random.nextInt(8) == 0) {
      option(1, "demo".getBytes(UTF_8));
    } else {
      option(7, RawClient.infoRequest(any(EXPORTS), 3));
    }
    for (int i = random.nextInt(30); i > 0; i--) {
      request();
    }
  }

  private void anyOption() {
    switch (random.nextInt(8)) {
      case 0 -> option(3);
      case 1 -> option(6, RawClient.infoRequest(any(EXPORTS), random.nextInt(5), 2, 1));
      case 2, 3, 4 -> option(10, contexts());
      case 5 -> option(9, contexts());
      case 6 -> option(random.nextInt(14), new byte[random.nextInt(40)]);
      default -> {
        header(random.nextInt(12), random.nextBoolean() ? random.nextInt() : 9000);
        out.put(new byte[random.nextInt(20_000)]);
      }
    }
  }

  private byte[] contexts() {
    var queries = new String[random.nextInt(random.nextInt(10) == 0 ? 30 : 4)];
    for (int i = 0; i < queries.length; i++) {
      queries[i] = i > 8 ? "blocktail:changed-since:" + i : any(QUERIES);
    }
    return ChunkClient.contexts(any(EXPORTS), queries);
  }

  private String any(String[] of) {
    return of[random.nextInt(of.length)];
  }

  private void option(int option, byte... data) {
    header(option, data.length);
    out.put(data);
  }

  private void header(int option, int length) {
    out.putLong(0x49484156454F5054L).putInt(option).putInt(length);
  }

  private void request() {
    int command = random.nextInt(20) == 0 ? random.nextInt(20) : random.nextInt(8);
    if (command == 2 && random.nextInt(5) > 0) {
      command = 0;
    }
    int flags = random.nextInt(4) == 0 ? random.nextInt(64) : random.nextInt(2);
    long offset = offset();
    long length = length(command);
    boolean extended = framing == Framing.EXTENDED;
    if (extended && command == 1 && random.nextInt(20) > 0) {
      flags |= 32;
    }
    byte[] payload = payload(command, flags, length);
    if (command == 7 && (flags & 32) != 0) {
      length = payload.length;
    }
    out.putInt(extended ? 0x21e41c71 : 0x25609513).putShort((short) flags);
    out.putShort((short) command).putLong(random.nextLong()).putLong(offset);
    if (extended) {
      out.putLong(length);
    } else {
      out.putInt((int) length);
    }
    out.put(payload);
  }

  private long offset() {
    return switch (random.nextInt(10)) {
      case 0 -> random.nextLong();
      case 1 -> 0;
      case 2 -> NbdFuzzTest.SIZE - random.nextInt(5000);
      case 3 -> Long.MAX_VALUE - random.nextInt(5000);
      default -> random.nextInt(NbdFuzzTest.SIZE) & (random.nextBoolean() ? -1 : -4096);
    };
  }

  private long length(int command) {
    return switch (random.nextInt(12)) {
      case 0 -> command == 1 ? 1500 << 10 : random.nextLong();
      case 1 -> 0;
      case 2 -> command == 1 ? 1 : NbdFuzzTest.SIZE;
      case 3 -> command == 1 ? 70_000 : 64 << 10 | random.nextInt(1 << 20);
      default -> 1 + random.nextInt(10_000);
    };
  }

  private byte[] payload(int command, int flags, long length) {
    boolean has = framing == Framing.EXTENDED ? (flags & 32) != 0 : command == 1;
    if (!has) {
      return new byte[0];
    }
    if (command == 7) {
      var payload = ByteBuffer.allocate(8 + 4 * random.nextInt(4)).putLong(length);
      while (payload.hasRemaining()) {
        payload.putInt(random.nextInt(5));
      }
      return payload.array();
    }
    boolean fits = length > 0 && length < Math.min(2 << 20, out.remaining() - 100);
    var payload = new byte[fits ? (int) length : 0];
    if (payload.length > 0) {
      payload[payload.length / 2] = 1;
    }
    return payload;
  }

  private void spoil() {
    for (int i = 1 + random.nextInt(5); i > 0; i--) {
      out.put(random.nextInt(Math.min(out.position(), 4000)), (byte) random.nextInt());
    }
  }
}
