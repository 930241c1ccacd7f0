package io.blocktail.validator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.validator.alert.Copy;
import io.blocktail.validator.alert.Passes;
import io.blocktail.validator.alert.Proof;
import io.blocktail.validator.alert.Trouble;
import io.blocktail.validator.alert.Verification;
import io.blocktail.validator.alert.WatchedTarget;
import io.blocktail.validator.compare.ChunkHistory;
import io.blocktail.validator.compare.Observation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What an earlier release stored is read by this one.
class JsonTest {
  @Test
  void aHistoryWithoutDissents() {
    assertThat(read(ChunkHistory.class, "{'markers':[],'answers':[],'retired':[]}"))
        .isEqualTo(ChunkHistory.EMPTY);
  }

  @Test
  void aTroubleWithoutAccusers() {
    String stored =
        """
        {'epoch':1,'sequence':10,'pass':1,'at':5,'tries':1,'dueAt':7}\
        """;
    assertThat(read(Trouble.class, stored).accusers()).isNull();
  }

  @Test
  void aTargetWhoseCopyIsNotKnown() {
    String stored =
        """
        {'answered':1,'verified':1,'verifiedAt':1,'diverged':0,'passes':{'newest':[]}}\
        """;
    assertThat(read(WatchedTarget.class, stored).copy()).isNull();
  }

  @Test
  void aTargetWhoseComponentsLieSideBySide() {
    String stored =
        """
        {'answered':1,'verified':2,'verifiedAt':3,'diverged':4,'passes':{'newest':[]},\
        'proof':{'pass':7,'chunks':4,'firstSequence':1,'lastSequence':9,'root':'00',\
        'startedAt':5,'finishedAt':6},'haltedAlert':'h','silentAlert':'s',\
        'copy':{'id':'c','at':8}}\
        """;
    WatchedTarget target = read(WatchedTarget.class, stored);
    var proof = new Proof(7, 4, 1, 9, "00", 5, 6);
    assertThat(target.verification())
        .isEqualTo(new Verification(2, 3, 4, new Passes(List.of()), proof));
    assertThat(target.alerts()).isEqualTo(new WatchedTarget.OpenAlerts("h", "s"));
    assertThat(
            new String(
                Json.serde(WatchedTarget.class).serializer().serialize("any", target),
                StandardCharsets.UTF_8))
        .isEqualTo(stored.replace('\'', '"'));
  }

  @Test
  void aCopyThatKnowsOfNoFormerOnes() {
    assertThat(read(Copy.class, "{'id':'c','at':5}")).isEqualTo(new Copy("c", 5, null));
  }

  @Test
  void aComparisonThatSaysNothingOfOthers() {
    String stored =
        """
        {'is':'compared','chunk':1,'target':'a','point':{'volumeId':'v','epoch':1,'sequence':10},
        'reason':'UNDONE','pass':1,'chunks':4,'markedAt':1,'at':2}\
        """;
    var compared = (Observation.Compared) read(Observation.class, stored);
    assertThat(compared.others()).isEqualTo(Observation.Peers.NONE);
    assertThat(compared.replica()).isNull();
  }

  private static <T> T read(Class<T> type, String json) {
    byte[] bytes = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    return Json.serde(type).deserializer().deserialize("any", bytes);
  }
}
