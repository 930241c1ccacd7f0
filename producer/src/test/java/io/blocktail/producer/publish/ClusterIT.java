package io.blocktail.producer.publish;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.Topics;
import io.blocktail.process.BrokerProcess;
import io.blocktail.producer.SourceVolumes;
import io.blocktail.producer.capture.SourceState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Promises "Order" and "Source first" on a cluster whose brokers fail, lose what they had
/// acknowledged, or refuse. Broker 2 leads the stream's topic at first.
@Timeout(180)
class ClusterIT {
  private static BrokerProcess.Cluster cluster;
  private static Admin admin;

  @TempDir private Path directory;
  private Topics topics;
  private String topicName;
  private PublishedVolume published;

  @BeforeAll
  static void startCluster(@TempDir Path directory) throws Exception {
    cluster =
        BrokerProcess.cluster(
            directory,
            Map.of(
                "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "allow.everyone.if.no.acl.found", "true"));
    admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrap()));
  }

  @AfterAll
  static void stopCluster() {
    admin.close(Duration.ZERO);
    cluster.close();
  }

  @BeforeEach
  void start(TestInfo test) throws Exception {
    topics = new Topics(test.getTestMethod().orElseThrow().getName());
    topicName = topics.changes(SourceVolumes.NAME);
    var topic =
        new NewTopic(topicName, Map.of(0, List.of(2, 3)))
            .configs(
                Map.of(
                    "retention.ms", "-1",
                    "message.timestamp.type", "LogAppendTime",
                    "min.insync.replicas", "1",
                    "unclean.leader.election.enable", "true"));
    admin.createTopics(List.of(topic)).all().get();
    awaitReplicas(2, Set.of(2, 3));
    published = PublishedVolume.start(directory, cluster.bootstrap(), topics);
    published.awaitPublished(200);
  }

  @AfterEach
  void stop() throws Exception {
    published.close();
  }

  /// @param leader of the stream's topic
  /// @param inSync replicas that have all of it
  private void awaitReplicas(int leader, Set<Integer> inSync) {
    PublishedVolume.await(() -> {
      try {
        var told = admin.describeTopics(List.of(topicName)).allTopicNames().get();
        TopicPartitionInfo info = requireNonNull(told.get(topicName)).partitions().getFirst();
        return info.leader() != null
            && info.leader().id() == leader
            && inSync.equals(info.isr().stream().map(Node::id).collect(Collectors.toSet()));
      } catch (ExecutionException e) {
        return false; // not known there yet
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    });
  }

  @Test
  void aChangeOfTheLeaderLosesNothing() throws Exception {
    cluster.second().kill();
    awaitReplicas(3, Set.of(3));
    published.awaitPublished(200);
    cluster.second().start();
    awaitReplicas(3, Set.of(2, 3));
    admin
        .electLeaders(ElectionType.PREFERRED, Set.of(new TopicPartition(topicName, 0)))
        .all()
        .get();
    awaitReplicas(2, Set.of(2, 3));
    published.awaitPublished(200);
    assertThat(published.volume().state()).isEqualTo(new SourceState.Serving());
    published.verify();
  }

  /// Broker 3 is away while the stream goes on, then broker 2 goes and 3 leads with what it has.
  @Test
  void whatAnUncleanLeaderHasLostIsSentAgain() throws Exception {
    cluster.third().kill();
    awaitReplicas(2, Set.of(2));
    published.awaitPublished(200);
    cluster.second().kill();
    cluster.third().start();
    awaitReplicas(3, Set.of(3));
    published.awaitPublished(200);
    cluster.second().start();
    awaitReplicas(3, Set.of(2, 3));
    published.awaitPublished(200);
    assertThat(published.volume().state()).isEqualTo(new SourceState.Serving());
    published.verify();
  }

  @Test
  void withoutTheRightToWriteTheVolumeServesOnAndSaysSo() throws Exception {
    allow(AclOperation.READ, AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS);
    PublishedVolume.await(() -> published.trouble() != null);
    assertThat(published.trouble()).contains("Not authorized to access topics").contains(topicName);
    published.awaitWrites(200);
    assertThat(published.volume().state()).isEqualTo(new SourceState.Serving());
    allow(AclOperation.WRITE);
    published.awaitPublished(200);
    assertThat(published.trouble()).isNull();
    published.verify();
  }

  /// While any rule names the topic, what none allows is refused.
  private void allow(AclOperation... operations) throws Exception {
    admin
        .createAcls(
            Arrays.stream(operations)
                .map(operation ->
                    new AclBinding(
                        new ResourcePattern(ResourceType.TOPIC, topicName, PatternType.LITERAL),
                        new AccessControlEntry(
                            "User:ANONYMOUS", "*", operation, AclPermissionType.ALLOW)))
                .toList())
        .all()
        .get();
  }

  @Test
  void aTopicThatTakesSmallRecordsOnlyFromNowOnStopsTheVolume() throws Exception {
    var limit =
        new AlterConfigOp(new ConfigEntry("max.message.bytes", "2000"), AlterConfigOp.OpType.SET);
    admin
        .incrementalAlterConfigs(
            Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topicName), List.of(limit)))
        .all()
        .get();
    PublishedVolume.await(() -> published.volume().state() instanceof SourceState.Stopped);
    assertThat(published.volume().state())
        .isInstanceOfSatisfying(
            SourceState.Stopped.class,
            stopped ->
                assertThat(stopped.reason())
                    .contains("topic %s has max.message.bytes=2000".formatted(topicName)));
  }
}
