package io.blocktail.producer.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.producer.journal.RecoveryTable.Decision;
import io.blocktail.producer.journal.RecoveryTable.Follows;
import io.blocktail.producer.journal.RecoveryTable.Found;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

class RecoveryTableTest {
  /// Found, what follows, what happens to a sequence that nobody claims, and to a claimed one.
  private static final String TABLE =
      """
      NEXT      NOTHING   TAKE    TAKE
      NEXT      CONTINUES DAMAGED DAMAGED
      NEXT      OTHER     TAKE    TAKE
      NEXT      MISSING   TAKE    TAKE
      STALE     NOTHING   END     DAMAGED
      STALE     CONTINUES TURN    TURN
      STALE     OTHER     END     DAMAGED
      STALE     MISSING   DAMAGED DAMAGED
      MISPLACED NOTHING   DAMAGED DAMAGED
      MISPLACED CONTINUES DAMAGED DAMAGED
      MISPLACED OTHER     DAMAGED DAMAGED
      MISPLACED MISSING   DAMAGED DAMAGED
      NOTHING   NOTHING   END     DAMAGED
      NOTHING   CONTINUES TURN    TURN
      NOTHING   OTHER     END     DAMAGED
      NOTHING   MISSING   DAMAGED DAMAGED
      """;

  @Test
  void everyRowOfTheTableIsDecidedAsItSays() {
    var rows = new HashSet<String>();
    for (String line : TABLE.lines().toList()) {
      String[] row = line.split(" +", 0);
      Found found = Found.valueOf(row[0]);
      Follows follows = Follows.valueOf(row[1]);
      assertThat(RecoveryTable.decide(found, follows, false))
          .as("%s, unclaimed", line)
          .isEqualTo(Decision.valueOf(row[2]));
      assertThat(RecoveryTable.decide(found, follows, true))
          .as("%s, claimed", line)
          .isEqualTo(Decision.valueOf(row[3]));
      rows.add(found + " " + follows);
    }
    assertThat(rows).hasSize(Found.values().length * Follows.values().length);
  }
}
