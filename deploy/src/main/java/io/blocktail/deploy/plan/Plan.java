package io.blocktail.deploy.plan;

import io.blocktail.deploy.plan.PlannedVolume.Content;
import io.blocktail.volume.TargetName;
import io.blocktail.volume.VolumeName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a directory runs: what it remembers, and what the next start takes up again.
///
/// @param kafka the bootstrap servers of a Kafka that runs already; null for an embedded broker
public record Plan(
    List<PlannedVolume> volumes, List<PlannedTarget> targets, @Nullable String kafka, Ports ports) {
  private static final PlannedVolume DEFAULT_VOLUME =
      new PlannedVolume(new VolumeName("demo"), new Content.Empty(new Size(1L << 30)));
  private static final List<TargetName> DEFAULT_TARGETS =
      List.of(new TargetName("replica-a"), new TargetName("replica-b"));

  public Plan {
    volumes = List.copyOf(volumes);
    targets = List.copyOf(targets);
  }

  /// The plan of a directory that holds nothing yet.
  public static Plan fresh(Wish wish) {
    List<PlannedVolume> volumes =
        wish.volumes().isEmpty() ? List.of(DEFAULT_VOLUME) : wish.volumes();
    var none = new Plan(List.of(), List.of(), wish.kafka(), new Ports(0));
    return none.with(volumes, wish);
  }

  /// What this directory remembers, with what the options add. Volumes and targets may be added;
  /// the port offset belongs to a run, so a new one replaces the old one.
  ///
  /// @throws RefusedException when an option contradicts what is remembered
  public Plan resume(Wish wish) {
    String given = wish.kafka();
    if (given != null && !given.equals(kafka)) {
      throw contradiction(
          "Kafka", kafka == null ? "an embedded broker" : "--kafka " + kafka, "--kafka " + given);
    }
    return with(wish.volumes(), wish);
  }

  private Plan with(List<PlannedVolume> asked, Wish wish) {
    checkRepeated(asked, wish.targets());
    var volumes = new ArrayList<>(this.volumes);
    var targets = new ArrayList<>(this.targets);
    for (PlannedVolume volume : asked) {
      Optional<PlannedVolume> known = volume(volume.name());
      if (known.isEmpty()) {
        volumes.add(volume);
      } else if (!known.get().equals(volume)) {
        throw contradiction(
            "volume " + volume.name(),
            known.get().content().toString(),
            volume.content().toString());
      }
    }
    for (PlannedTarget target : wish.targets()) {
      Optional<PlannedTarget> known = target(target);
      if (known.isEmpty()) {
        targets.add(target);
      } else if (target.file() != null && !target.file().equals(known.get().file())) {
        throw contradiction("target " + target.label(), place(known.get()), place(target));
      }
    }
    for (PlannedVolume volume : volumes) {
      if (targets.stream().noneMatch(target -> target.volume().equals(volume.name()))) {
        DEFAULT_TARGETS.forEach(name -> targets.add(new PlannedTarget(volume.name(), name, null)));
      }
    }
    Integer offset = wish.portOffset();
    var plan = new Plan(volumes, targets, kafka, offset == null ? ports : new Ports(offset));
    plan.checkTargetsHaveVolumes();
    return plan;
  }

  private static void checkRepeated(List<PlannedVolume> volumes, List<PlannedTarget> targets) {
    var seen = new HashSet<String>();
    volumes.forEach(volume -> {
      if (!seen.add(volume.name().value())) {
        throw new RefusedException("--volume %s is given twice".formatted(volume.name()));
      }
    });
    targets.forEach(target -> {
      if (!seen.add(target.label())) {
        throw new RefusedException("--target %s is given twice".formatted(target.label()));
      }
    });
  }

  private void checkTargetsHaveVolumes() {
    for (PlannedTarget target : targets) {
      if (volume(target.volume()).isEmpty()) {
        throw new RefusedException(
            "--target %s: there is no volume %s; add --volume %s=SIZE"
                .formatted(target.label(), target.volume(), target.volume()));
      }
    }
  }

  public Optional<PlannedVolume> volume(VolumeName name) {
    return volumes.stream().filter(volume -> volume.name().equals(name)).findFirst();
  }

  private Optional<PlannedTarget> target(PlannedTarget asked) {
    return targets.stream()
        .filter(
            target -> target.volume().equals(asked.volume()) && target.name().equals(asked.name()))
        .findFirst();
  }

  private static String place(PlannedTarget target) {
    return Objects.toString(target.file(), "an image in the directory");
  }

  private static RefusedException contradiction(String what, String remembered, String given) {
    return new RefusedException(
        ("%s: this directory has %s, the options say %s. Leave the option out to go on with what is"
                + " there, or use another --dir.")
            .formatted(what, remembered, given));
  }
}
