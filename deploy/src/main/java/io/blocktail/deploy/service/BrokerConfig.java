package io.blocktail.deploy.service;

import io.blocktail.deploy.directory.Directory;
import io.blocktail.deploy.plan.Ports;
import java.util.LinkedHashMap;
import java.util.Map;

/// The embedded broker's settings: one node that is broker and controller, on the loopback
/// interface alone, with one replica of everything. Forcing its log to disk is left to the
/// operating system, as Kafka does it everywhere.
final class BrokerConfig {
  static final String CONTROLLER_LISTENER = "CONTROLLER";

  private BrokerConfig() {}

  static Map<String, String> of(Directory directory, Ports ports) {
    var settings = new LinkedHashMap<String, String>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", "1");
    settings.put("log.dirs", directory.kafka().toString());
    settings.put("controller.quorum.voters", "1@127.0.0.1:" + ports.controller());
    settings.put("controller.listener.names", CONTROLLER_LISTENER);
    settings.put(
        "listeners",
        "PLAINTEXT://127.0.0.1:%d,%s://127.0.0.1:%d"
            .formatted(ports.kafka(), CONTROLLER_LISTENER, ports.controller()));
    settings.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + ports.kafka());
    settings.put(
        "listener.security.protocol.map",
        "PLAINTEXT:PLAINTEXT," + CONTROLLER_LISTENER + ":PLAINTEXT");

    settings.put("default.replication.factor", "1");
    settings.put("min.insync.replicas", "1");
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("offsets.topic.num.partitions", "4");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("transaction.state.log.num.partitions", "4");
    settings.put("share.coordinator.state.topic.replication.factor", "1");
    settings.put("share.coordinator.state.topic.min.isr", "1");

    // A topic made by accident would have the wrong partitions and retention.
    settings.put("auto.create.topics.enable", "false");
    settings.put("group.initial.rebalance.delay.ms", "0");
    // After a kill the controller waits for the former session to end: 4 s instead of 12.
    settings.put("broker.session.timeout.ms", "2000");
    settings.put("broker.heartbeat.interval.ms", "400");
    // The default takes a quarter of the heap; the compacted topics here have few keys.
    settings.put("log.cleaner.dedupe.buffer.size", Long.toString(16 << 20));
    return settings;
  }
}
