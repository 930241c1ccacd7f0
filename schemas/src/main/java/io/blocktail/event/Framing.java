package io.blocktail.event;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;

/// How a record says which schema its body was written with: Avro's single-object encoding, two
/// marker bytes and the schema's 64-bit fingerprint, little-endian, before the bare body. No
/// registry is needed. Source: Avro specification, "Single-object encoding".
public final class Framing {
  public static final int HEADER = 10;
  private static final short MARKER = (short) 0xC301;

  private final String name;
  private final long fingerprint;

  /// Of schemas that bodies were written with before, in the same layout.
  private final long[] former;

  public Framing(Schema schema) {
    this(schema, List.of());
  }

  /// @param former schemas whose bodies are read as those of `schema` are: it has only more symbols
  public Framing(Schema schema, List<Schema> former) {
    this.name = schema.getName();
    this.fingerprint = SchemaNormalization.parsingFingerprint64(schema);
    this.former = former.stream().mapToLong(SchemaNormalization::parsingFingerprint64).toArray();
  }

  /// Puts the header into the buffer, in front of where the body goes.
  public void write(ByteBuffer into) {
    into.putShort(MARKER).putLong(Long.reverseBytes(fingerprint));
  }

  /// Whether the record says that it was written with this schema.
  boolean isOf(ByteBuffer record) {
    return record.remaining() >= HEADER
        && record.getShort(record.position()) == MARKER
        && Long.reverseBytes(record.getLong(record.position() + 2)) == fingerprint;
  }

  /// Takes the header off a record.
  ///
  /// @return the bare body, a view of the record
  public ByteBuffer open(ByteBuffer record) throws InvalidEventException {
    var view = record.slice().order(ByteOrder.BIG_ENDIAN);
    if (view.remaining() < HEADER || view.getShort() != MARKER) {
      throw new InvalidEventException(
          "not a %s: a record of %d bytes without a schema's fingerprint"
              .formatted(name, record.remaining()));
    }
    long found = Long.reverseBytes(view.getLong());
    if (found != fingerprint && Arrays.stream(former).noneMatch(known -> known == found)) {
      throw new InvalidEventException(
          "not a %s that this release knows: its schema's fingerprint is %016x"
              .formatted(name, found));
    }
    return view.slice();
  }
}
