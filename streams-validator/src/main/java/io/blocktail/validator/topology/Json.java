package io.blocktail.validator.topology;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/// How records of this application's own stores and internal topic are written: JSON, so that a
/// release reads what an earlier one wrote; a component that is not known is passed over, one that
/// is missing is refused. What others read is Avro, see [io.blocktail.event.Messages].
final class Json {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
          .build();

  private Json() {}

  static <T> Serde<T> serde(Class<T> type) {
    return Serdes.serdeFrom(
        (_, value) -> value == null ? null : write(value),
        (_, bytes) -> bytes == null ? null : read(type, bytes));
  }

  private static byte[] write(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (IOException e) {
      throw new SerializationException("not to be written: " + value, e);
    }
  }

  private static <T> T read(Class<T> type, byte[] bytes) {
    try {
      return MAPPER.readValue(bytes, type);
    } catch (IOException e) {
      throw new SerializationException("not a stored " + type.getSimpleName(), e);
    }
  }
}
