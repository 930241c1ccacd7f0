package io.blocktail.event;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecordBase;

/// Writes and reads messages of one Avro type, framed like events. For messages that come by the
/// second, not by the microsecond; [EventCodec] is for those. What was written with a former schema
/// is read too: fields that it lacks get their default.
public final class Messages<T extends SpecificRecordBase> {
  /// Larger records are refused unread, in bytes.
  private static final int LIMIT = 1 << 20;

  private final Class<T> type;
  private final SpecificData model;
  private final Written present;
  private final List<Written> former;

  /// A schema that records may have been written with.
  private record Written(Framing framing, Schema schema) {
    static Written with(Schema schema) {
      return new Written(new Framing(schema), schema);
    }
  }

  public Messages(Class<T> type) {
    this.type = type;
    this.model = SpecificData.getForClass(type);
    this.present = Written.with(model.getSchema(type));
    this.former = formerSchemas(type).stream().map(Written::with).toList();
  }

  /// The resources `former/TYPE-1.avsc`, `-2` and so on: as they were, whole, never changed.
  static List<Schema> formerSchemas(Class<?> type) {
    var found = new ArrayList<Schema>();
    while (true) {
      String name = "former/%s-%d.avsc".formatted(type.getSimpleName(), found.size() + 1);
      try (InputStream file = Messages.class.getResourceAsStream(name)) {
        if (file == null) {
          return List.copyOf(found);
        }
        found.add(new Schema.Parser().parse(file));
      } catch (IOException e) {
        throw new UncheckedIOException(name, e);
      }
    }
  }

  public byte[] encode(T message) {
    var out = new java.io.ByteArrayOutputStream(256);
    var header = ByteBuffer.allocate(Framing.HEADER);
    present.framing().write(header);
    out.writeBytes(header.array());
    try {
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
      new SpecificDatumWriter<T>(message.getSchema(), model).write(message, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new AssertionError("memory cannot fail to be written", e);
    }
    return out.toByteArray();
  }

  public T decode(byte[] record) throws InvalidEventException {
    if (record.length > LIMIT) {
      throw new InvalidEventException(
          "a %s of %d bytes: at most %d are read"
              .formatted(type.getSimpleName(), record.length, LIMIT));
    }
    var view = ByteBuffer.wrap(record);
    Written written =
        former.stream().filter(one -> one.framing().isOf(view)).findFirst().orElse(present);
    ByteBuffer body = written.framing().open(view);
    try {
      var decoder = new BoundedDecoder(record, record.length - body.remaining(), body.remaining());
      T message =
          new SpecificDatumReader<T>(written.schema(), present.schema(), model).read(null, decoder);
      if (!decoder.isEnd()) {
        throw new InvalidEventException(
            "a %s with bytes behind its end".formatted(type.getSimpleName()));
      }
      return message;
    } catch (IOException | RuntimeException e) {
      throw new InvalidEventException("not a %s: %s".formatted(type.getSimpleName(), e), e);
    }
  }
}
