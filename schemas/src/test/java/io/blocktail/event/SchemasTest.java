package io.blocktail.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.avro.Alert;
import io.blocktail.event.avro.BlockChange;
import io.blocktail.event.avro.ChunkDigest;
import io.blocktail.event.avro.ReplicaStatus;
import io.blocktail.event.avro.ResyncRequest;
import io.blocktail.event.avro.SourceStatus;
import java.io.IOException;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaNormalization;
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

  @ParameterizedTest
  @MethodSource("messages")
  void whatFormerSchemasWroteCanBeRead(Schema schema) throws IOException {
    for (int n = 1; ; n++) {
      String name = "former/%s-%d.avsc".formatted(schema.getName(), n);
      try (var file = Messages.class.getResourceAsStream(name)) {
        if (file == null) {
          return;
        }
        Schema former = new Schema.Parser().parse(file);
        assertThat(SchemaNormalization.parsingFingerprint64(former))
            .as(name)
            .isNotEqualTo(SchemaNormalization.parsingFingerprint64(schema));
        assertThat(SchemaCompatibility.checkReaderWriterCompatibility(schema, former).getType())
            .as(name)
            .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
      }
    }
  }

  @Test
  void dataIsTheLastFieldOfAnEvent() {
    assertThat(BlockChange.getClassSchema().getFields().getLast().name()).isEqualTo("data");
  }
}
