package io.blocktail.event;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecordBase;

/// Writes and reads messages of one Avro type, framed like events. For messages that come by the
/// second, not by the microsecond; [EventCodec] is for those.
public final class Messages<T extends SpecificRecordBase> {
  /// Larger records are refused unread, in bytes.
  private static final int LIMIT = 1 << 20;

  private final Class<T> type;
  private final SpecificData model;
  private final Framing framing;

  public Messages(Class<T> type) {
    this.type = type;
    this.model = SpecificData.getForClass(type);
    this.framing = new Framing(model.getSchema(type));
  }

  public byte[] encode(T message) {
    var out = new java.io.ByteArrayOutputStream(256);
    var header = ByteBuffer.allocate(Framing.HEADER);
    framing.write(header);
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
    ByteBuffer body = framing.open(ByteBuffer.wrap(record));
    try {
      var decoder = new BoundedDecoder(record, record.length - body.remaining(), body.remaining());
      T message =
          new SpecificDatumReader<T>(model.getSchema(type), model.getSchema(type), model)
              .read(null, decoder);
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
