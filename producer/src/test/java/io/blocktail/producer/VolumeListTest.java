package io.blocktail.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VolumeListTest {
  @TempDir private Path directory;

  private MadeVolume volume(String name) {
    return new MadeVolume(
        name, directory.resolve(name + ".img"), directory.resolve(name), 4096L, false);
  }

  @Test
  void whatWasMadeIsKnownAfterARestart() throws IOException {
    try (VolumeList list = VolumeList.open(directory)) {
      list.put(volume("a"));
      list.put(volume("b"));
      list.put(volume("b").onItsWayOut());
      list.put(volume("c"));
      list.remove("c");
    }
    try (VolumeList list = VolumeList.open(directory)) {
      assertThat(list.all()).containsExactly(volume("a"), volume("b").onItsWayOut());
    }
  }

  @Test
  void theSizeCountsUntilThereIsAFile() throws IOException {
    MadeVolume made = volume("a");
    assertThat(made.size().orElseThrow().asLongValue()).isEqualTo(4096);
    Files.write(made.image(), new byte[8192]);
    assertThat(made.size()).isEmpty();
  }

  @Test
  void aSecondProducerIsRefused() throws IOException {
    try (VolumeList _ = VolumeList.open(directory)) {
      assertThatThrownBy(() -> VolumeList.open(directory))
          .hasMessageContaining("is in use already");
    }
  }

  @Test
  void aDamagedListIsRefused() throws IOException {
    try (VolumeList list = VolumeList.open(directory)) {
      list.put(volume("a"));
    }
    Path file = directory.resolve(VolumeList.NAME);
    String sound = Files.readString(file);
    assertRefused(sound.replace("4096", "4097"), "its checksum is wrong");
    assertRefused("[]", "it is no list of volumes");
    assertRefused(
        sound.replace("blocktail-volumes 1 ", "blocktail-volumes 2 "), "format version 2");
  }

  private void assertRefused(String content, String why) throws IOException {
    Files.writeString(directory.resolve(VolumeList.NAME), content);
    assertThatThrownBy(() -> VolumeList.open(directory)).hasMessageContaining(why);
  }

  @Test
  void itsOwnFilesAreNoPlaceForAVolume() throws IOException {
    try (VolumeList list = VolumeList.open(directory)) {
      for (String name : new String[] {"volumes", "volumes/x.img", "volumes.new", "lock"}) {
        assertThat(list.isOwn(list.directory().resolve(name))).as(name).isTrue();
      }
      assertThat(list.isOwn(list.directory().resolve("volumes.img"))).isFalse();
    }
  }
}
