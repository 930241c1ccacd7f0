package io.blocktail.deploy.service;

import io.blocktail.deploy.directory.Directory;
import io.blocktail.deploy.plan.Plan;
import io.blocktail.deploy.plan.PlannedTarget;
import io.blocktail.deploy.plan.PlannedVolume;
import io.blocktail.deploy.plan.PlannedVolume.Content;
import java.util.LinkedHashMap;
import java.util.Map;

/// The settings of producer, consumer and validator for one directory.
final class ServiceConfig {
  private final Directory directory;
  private final Plan plan;

  ServiceConfig(Directory directory, Plan plan) {
    this.directory = directory;
    this.plan = plan;
  }

  String bootstrap() {
    String given = plan.kafka();
    return given == null ? "127.0.0.1:" + plan.ports().kafka() : given;
  }

  Map<String, String> producer() {
    Map<String, String> settings = common("producer", plan.ports().producer());
    settings.put("blocktail.nbd.port", Integer.toString(plan.ports().nbd()));
    settings.put("blocktail.directory", directory.madeVolumes().toString());
    if (directory.hasSocket()) {
      settings.put("blocktail.nbd.socket", directory.socket().toString());
    }
    for (PlannedVolume volume : plan.volumes()) {
      String prefix = "blocktail.volumes." + volume.name();
      settings.put(prefix + ".file", directory.image(volume).toString());
      settings.put(prefix + ".directory", directory.state(volume.name()).toString());
      // Only a new one is made: an image that is gone must not come back as zeros.
      if (volume.content() instanceof Content.Empty(var size) && !directory.wasServed(volume)) {
        settings.put(prefix + ".size", size.toString());
      }
    }
    return settings;
  }

  Map<String, String> consumer() {
    Map<String, String> settings = common("consumer", plan.ports().consumer());
    for (PlannedTarget target : plan.targets()) {
      String prefix = "blocktail.volumes.%s.targets.%s".formatted(target.volume(), target.name());
      settings.put(prefix + ".file", directory.image(target).toString());
      settings.put(prefix + ".directory", directory.state(target).toString());
    }
    return settings;
  }

  Map<String, String> validator() {
    Map<String, String> settings = common("validator", plan.ports().console());
    settings.put("blocktail.state-directory", directory.validator().toString());
    return settings;
  }

  private Map<String, String> common(String child, int port) {
    var settings = new LinkedHashMap<String, String>();
    settings.put("quarkus.http.port", Integer.toString(port));
    settings.put("blocktail.kafka.\"bootstrap.servers\"", bootstrap());
    settings.put("quarkus.log.file.enabled", "true");
    settings.put("quarkus.log.file.path", directory.log(child).toString());
    settings.put("quarkus.log.file.rotation.max-file-size", "10M");
    settings.put("quarkus.log.file.rotation.max-backup-index", "3");
    settings.put("quarkus.log.file.rotation.rotate-on-boot", "false");
    // What goes to the console is shown to a person when the service does not start.
    settings.put("quarkus.log.console.level", "ERROR");
    return settings;
  }
}
