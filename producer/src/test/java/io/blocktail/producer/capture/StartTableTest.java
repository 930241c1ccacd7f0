package io.blocktail.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.producer.capture.StartTable.Decision;
import io.blocktail.producer.capture.StartTable.History;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

class StartTableTest {
  /// What was appended ever, what the volume was made with, which way changes went, whether the
  /// dirty map has chunks; and what happens.
  private static final String TABLE =
      """
      NONE  empty   journal clean BEGIN_EMPTY
      NONE  empty   journal dirty BEGIN_EMPTY
      NONE  empty   past    clean BEGIN_EMPTY
      NONE  empty   past    dirty BEGIN_EMPTY
      NONE  content journal clean BEGIN_WITH_CONTENT
      NONE  content journal dirty BEGIN_WITH_CONTENT
      NONE  content past    clean BEGIN_WITH_CONTENT
      NONE  content past    dirty BEGIN_WITH_CONTENT
      BEGUN empty   journal clean GO_ON
      BEGUN empty   journal dirty OPEN_GAP
      BEGUN empty   past    clean STAY_IN_OVERFLOW
      BEGUN empty   past    dirty STAY_IN_OVERFLOW
      BEGUN content journal clean FILL_FIRST_GAP
      BEGUN content journal dirty FILL_FIRST_GAP
      BEGUN content past    clean STAY_IN_OVERFLOW
      BEGUN content past    dirty STAY_IN_OVERFLOW
      MORE  empty   journal clean GO_ON
      MORE  empty   journal dirty OPEN_GAP
      MORE  empty   past    clean STAY_IN_OVERFLOW
      MORE  empty   past    dirty STAY_IN_OVERFLOW
      MORE  content journal clean GO_ON
      MORE  content journal dirty OPEN_GAP
      MORE  content past    clean STAY_IN_OVERFLOW
      MORE  content past    dirty STAY_IN_OVERFLOW
      """;

  @Test
  void everyRowOfTheTableIsDecidedAsItSays() {
    var rows = new HashSet<String>();
    for (String line : TABLE.lines().toList()) {
      String[] row = line.split(" +", 0);
      Decision decision =
          StartTable.decide(
              History.valueOf(row[0]),
              row[1].equals("empty"),
              row[2].equals("past"),
              row[3].equals("dirty"));
      assertThat(decision).as(line).isEqualTo(Decision.valueOf(row[4]));
      rows.add(row[0] + row[1] + row[2] + row[3]);
    }
    assertThat(rows).hasSize(History.values().length * 2 * 2 * 2);
  }

  @Test
  void onlyHotRegionsUnderAnotherBootAreDoubtful() {
    assertThat(StartTable.isPowerLoss(true, true)).isFalse();
    assertThat(StartTable.isPowerLoss(true, false)).isFalse();
    assertThat(StartTable.isPowerLoss(false, true)).isTrue();
    assertThat(StartTable.isPowerLoss(false, false)).isFalse();
  }
}
