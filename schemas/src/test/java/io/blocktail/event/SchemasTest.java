package io.blocktail.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.avro.Alert;
import io.blocktail.event.avro.BlockChange;
import io.blocktail.event.avro.ChunkDigest;
import io.blocktail.event.avro.ReplicaStatus;
import io.blocktail.event.avro.ResyncRequest;
import io.blocktail.event.avro.SourceStatus;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SchemasTest {
  static Stream<Schema> messages() {
    return Stream.of(
        Alert.getClassSchema(),
        BlockChange.getClassSchema(),
        ChunkDigest.getClassSchema(),
        ReplicaStatus.getClassSchema(),
        ResyncRequest.getClassSchema(),
        SourceStatus.getClassSchema());
  }

  @ParameterizedTest
  @MethodSource("messages")
  void everyTypeAndFieldSaysWhatItMeans(Schema schema) {
    check(schema, schema.getName());
  }

  private static void check(Schema schema, String path) {
    switch (schema.getType()) {
      case RECORD -> {
        assertThat(schema.getDoc()).as(path).isNotBlank();
        for (Schema.Field field : schema.getFields()) {
          String name = path + "." + field.name();
          assertThat(field.doc()).as(name).isNotBlank();
          check(field.schema(), name);
        }
      }
      case ENUM, FIXED -> assertThat(schema.getDoc()).as(path).isNotBlank();
      case UNION -> schema.getTypes().forEach(branch -> check(branch, path));
      case ARRAY -> check(schema.getElementType(), path);
      default -> {}
    }
  }

  @Test
  void dataIsTheLastFieldOfAnEvent() {
    assertThat(BlockChange.getClassSchema().getFields().getLast().name()).isEqualTo("data");
  }
}
