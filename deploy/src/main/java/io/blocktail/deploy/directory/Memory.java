package io.blocktail.deploy.directory;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.blocktail.deploy.plan.Plan;
import io.blocktail.deploy.plan.PlannedTarget;
import io.blocktail.deploy.plan.PlannedVolume;
import io.blocktail.deploy.plan.PlannedVolume.Content;
import io.blocktail.deploy.plan.Ports;
import io.blocktail.deploy.plan.Reasons;
import io.blocktail.deploy.plan.RefusedException;
import io.blocktail.deploy.plan.Size;
import io.blocktail.volume.TargetName;
import io.blocktail.volume.VolumeName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `blocktail.json`: the plan that a directory runs, so that `up` without options resumes it. It is
/// replaced as a whole, and durable before anything of the plan is started.
public final class Memory {
  private static final int FORMAT = 1;
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

  /// The document. A volume has either a size or a file.
  record Document(
      int format,
      int portOffset,
      @Nullable String kafka,
      List<Volume> volumes,
      List<Target> targets) {
    record Volume(String name, @Nullable String size, @Nullable String file) {}

    record Target(String volume, String name, @Nullable String file) {}
  }

  private Memory() {}

  /// What the directory remembers; empty when it is new.
  ///
  /// @throws RefusedException when there is something that this release cannot read
  public static Optional<Plan> read(Directory directory) {
    Path file = directory.memory();
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      var document = JSON.readValue(Files.readString(file), Document.class);
      if (document.format() != FORMAT) {
        throw new RefusedException(
            "%s has format %d; this release reads format %d"
                .formatted(file, document.format(), FORMAT));
      }
      return Optional.of(plan(document));
    } catch (JsonProcessingException | NullPointerException | IllegalArgumentException e) {
      throw new RefusedException("%s is damaged: %s".formatted(file, e.getMessage()), e);
    } catch (IOException e) {
      throw new RefusedException("%s cannot be read: %s".formatted(file, Reasons.of(e)), e);
    }
  }

  private static Plan plan(Document document) {
    return new Plan(
        document.volumes().stream().map(Memory::volume).toList(),
        document.targets().stream()
            .map(target ->
                new PlannedTarget(
                    new VolumeName(target.volume()),
                    new TargetName(target.name()),
                    path(target.file())))
            .toList(),
        document.kafka(),
        new Ports(document.portOffset()));
  }

  private static PlannedVolume volume(Document.Volume volume) {
    String size = volume.size();
    Path file = path(volume.file());
    if ((size == null) == (file == null)) {
      throw new IllegalArgumentException(
          "volume %s must have a size or a file".formatted(volume.name()));
    }
    return new PlannedVolume(
        new VolumeName(volume.name()),
        file == null
            ? new Content.Empty(Size.parse(String.valueOf(size)))
            : new Content.Existing(file));
  }

  private static @Nullable Path path(@Nullable String file) {
    return file == null ? null : Path.of(file);
  }

  public static void write(Directory directory, Plan plan) throws IOException {
    Path next = directory.root().resolve("blocktail.json.new");
    byte[] text = JSON.writeValueAsString(document(plan)).getBytes(StandardCharsets.UTF_8);
    try (var channel =
        FileChannel.open(
            next,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      var bytes = ByteBuffer.wrap(text);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(
        next,
        directory.memory(),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    try (var parent = FileChannel.open(directory.root(), StandardOpenOption.READ)) {
      parent.force(true);
    }
  }

  private static Document document(Plan plan) {
    return new Document(
        FORMAT,
        plan.ports().offset(),
        plan.kafka(),
        plan.volumes().stream()
            .map(volume ->
                switch (volume.content()) {
                  case Content.Empty(Size size) ->
                      new Document.Volume(volume.name().value(), size.toString(), null);
                  case Content.Existing(Path file) ->
                      new Document.Volume(volume.name().value(), null, file.toString());
                })
            .toList(),
        plan.targets().stream()
            .map(target -> {
              Path file = target.file();
              return new Document.Target(
                  target.volume().value(),
                  target.name().value(),
                  file == null ? null : file.toString());
            })
            .toList());
  }
}
