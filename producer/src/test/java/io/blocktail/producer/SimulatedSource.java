package io.blocktail.producer;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.Body;
import io.blocktail.event.Event;
import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.producer.publish.Publisher;
import io.blocktail.producer.publish.SimulatedTopic;
import io.blocktail.producer.publish.StreamOf;
import io.blocktail.storage.SimulatedDevice;
import io.blocktail.storage.SimulatedDisk;
import io.blocktail.volume.BlockDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/// A source volume with its publisher, all in memory and in one thread, under a clock of its own.
public final class SimulatedSource {
  private static final String DEVICE = "volume";

  public final long size;
  public final SimulatedTopic topic = new SimulatedTopic(new Random(1));
  public SimulatedDisk files = new SimulatedDisk();
  public SimulatedDisk devices = new SimulatedDisk();
  public SourceVolume volume;
  public Publisher publisher;
  public long nanos;

  private final UnaryOperator<BlockDevice> layer;

  public SimulatedSource(long size) throws IOException {
    this(size, new byte[0], device -> device);
  }

  /// @param content what the volume starts with; none if empty
  /// @param layer goes between the volume and its device
  public SimulatedSource(long size, byte[] content, UnaryOperator<BlockDevice> layer)
      throws IOException {
    this.size = size;
    this.layer = layer;
    var device = new SimulatedDevice(devices, DEVICE, size);
    if (content.length > 0) {
      device.write(ByteBuffer.wrap(content), 0);
    }
    this.volume = open(content.length > 0);
    this.publisher = publisher();
  }

  private SourceVolume open(boolean content) throws IOException {
    BlockDevice device = layer.apply(new SimulatedDevice(devices, DEVICE, size));
    return SourceVolumes.open(files, device, content);
  }

  private Publisher publisher() {
    return new Publisher(volume, topic, "changes", Duration.ofMillis(5), () -> nanos);
  }

  /// As after `kill -9`: what the former objects still do touches other disks.
  public void restart() throws IOException {
    topic.clientDied();
    files = files.copy();
    devices = devices.copy();
    volume = open(false);
    publisher = publisher();
  }

  public void write(long offset, byte[] data) throws IOException {
    volume.device().write(ByteBuffer.wrap(data), offset);
  }

  /// Publishes all that there is.
  public void publish() {
    for (int i = 0; i < 10_000 && !publisher.isDrained(); i++) {
      if (!publisher.step()) {
        nanos += Duration.ofMillis(5).toNanos();
      }
    }
    assertThat(publisher.isDrained()).isTrue();
  }

  /// The device's content, read behind the volume's back.
  public byte[] content() throws IOException {
    return devices.contentOf(DEVICE);
  }

  public void flip(int position) throws IOException {
    devices.flip(DEVICE, position, 1);
  }

  public List<Event> events() {
    return StreamOf.events(topic.records());
  }

  /// Puts an event's content where it belongs.
  public static void apply(Body.Content change, byte[] to) {
    ByteBuffer data = change.content();
    for (int i = 0; i < change.length(); i++) {
      to[(int) change.offset() + i] = data == null ? 0 : data.get(data.position() + i);
    }
  }
}
