package io.blocktail.deploy.status;

import io.blocktail.deploy.directory.Directory;
import io.blocktail.deploy.plan.Plan;
import io.blocktail.deploy.plan.PlannedVolume;
import io.blocktail.deploy.plan.Ports;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What to connect to, with lines to copy. Pure.
public final class Welcome {
  private Welcome() {}

  public static List<String> lines(Directory directory, Plan plan) {
    Ports ports = plan.ports();
    var lines = new ArrayList<String>();
    lines.add("Blocktail is up in " + directory.root());
    lines.add("");
    lines.add("  console   http://127.0.0.1:%d".formatted(ports.console()));
    lines.add("  producer  http://127.0.0.1:%d/volumes".formatted(ports.producer()));
    lines.add("  consumer  http://127.0.0.1:%d/targets".formatted(ports.consumer()));
    String kafka = plan.kafka();
    lines.add("  Kafka     " + (kafka == null ? "127.0.0.1:" + ports.kafka() : kafka));
    lines.add("  logs      " + directory.logs());
    for (PlannedVolume volume : plan.volumes()) {
      lines.add("");
      lines.add("  volume %s (%s)".formatted(volume.name(), volume.content()));
      lines.add("    TCP     " + tcp(volume, ports));
      if (directory.hasSocket()) {
        lines.add("    Unix    " + unix(volume, directory.socket()));
      }
    }
    if (!directory.hasSocket()) {
      lines.add("");
      lines.add(
          "  no Unix socket: the path %s is longer than the system allows"
              .formatted(directory.socket()));
    }
    lines.add("");
    lines.addAll(examples(directory, plan));
    return lines;
  }

  private static List<String> examples(Directory directory, Plan plan) {
    PlannedVolume first = plan.volumes().getFirst();
    String tcp = tcp(first, plan.ports());
    String unix = directory.hasSocket() ? unix(first, directory.socket()) : tcp;
    String offset = plan.ports().offset() == 0 ? "" : " --port-offset " + plan.ports().offset();
    return List.of(
        "  try: nbdcopy disk.img '%s'".formatted(tcp),
        "       nbdcopy disk.img '%s'".formatted(unix),
        "       qemu-io -f raw -c 'write -P 7 0 64k' -c 'read -P 7 0 64k' '%s'".formatted(tcp),
        "       qemu-io -f raw -c 'write -P 8 64k 64k' -c flush '%s'".formatted(unix),
        "       deploy/blocktail verify %s%s".formatted(first.name(), offset),
        "");
  }

  private static String tcp(PlannedVolume volume, Ports ports) {
    return "nbd://127.0.0.1:%d/%s".formatted(ports.nbd(), volume.name());
  }

  private static String unix(PlannedVolume volume, Path socket) {
    String path =
        URLEncoder.encode(socket.toString(), StandardCharsets.UTF_8)
            .replace("+", "%20")
            .replace("%2F", "/");
    return "nbd+unix:///%s?socket=%s".formatted(volume.name(), path);
  }
}
