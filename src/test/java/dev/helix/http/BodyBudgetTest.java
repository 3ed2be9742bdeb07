package dev.helix.http;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BodyBudgetTest {
  private static final int MIB = 1 << 20;
  private static final BodyHolder ANN = new BodyHolder("acme", "ann");
  private static final BodyHolder BOB = new BodyHolder("acme", "bob");
  private static final BodyHolder OTHER = new BodyHolder("other", null);

  private final BodyBudget budget = new BodyBudget(64 * MIB, 16, Duration.ofMinutes(1));

  private BodyRoom room(BodyHolder holder) {
    return new BodyRoom(budget, holder);
  }

  /** How many bodies of a size one holder gets room for. */
  private int most(BodyHolder holder, int size) {
    List<BodyRoom> rooms = new ArrayList<>();
    try {
      while (true) {
        BodyRoom room = room(holder);
        room.hold(size, 0);
        rooms.add(room);
      }
    } catch (BodyBudgetException full) {
      return rooms.size();
    } finally {
      rooms.forEach(BodyRoom::giveBack);
    }
  }

  private int mostSenders(BodyHolder holder, boolean small) {
    List<BodyRoom> rooms = new ArrayList<>();
    try {
      while (true) {
        BodyRoom room = room(holder);
        room.waitForSender(small);
        rooms.add(room);
      }
    } catch (BodyBudgetException full) {
      return rooms.size();
    } finally {
      rooms.forEach(BodyRoom::giveSenderBack);
    }
  }

  @Test
  void userHasHalf_tenantThreeQuarters_whoIsNotKnownAll() {
    assertEquals(32, most(ANN, MIB));
    assertEquals(48, most(OTHER, MIB));
    assertEquals(32, most(new BodyHolder(null, "ann"), MIB));
    assertEquals(64, most(BodyHolder.NOBODY, MIB));
    assertEquals(0, budget.usedBytes());
  }

  @Test
  void usersOfATenant_leaveAQuarterForOthers() {
    room(ANN).hold(30 * MIB, 0);
    assertEquals(18, most(BOB, MIB));
    room(BOB).hold(18 * MIB, 0);
    assertEquals(0, most(new BodyHolder("acme", null), MIB));
    assertEquals(16, most(OTHER, MIB));
  }

  @Test
  void whoHasNothing_mayTakeMoreThanAShare_forOneBody() {
    BodyRoom large = room(ANN);
    for (int size = MIB; size <= 63 * MIB; size += MIB) {
      large.hold(size, 0);
    }
    assertEquals(0, most(ANN, 100_000));
    assertEquals(1, most(OTHER, MIB));
  }

  @Test
  void smallBodies_findRoomBesides_inSharesToo() {
    room(BodyHolder.NOBODY).hold(64 * MIB, 0);
    assertEquals(0, most(BodyHolder.NOBODY, BodyRoom.SMALL + 1));
    assertEquals(8 * MIB / BodyRoom.SMALL, most(BodyHolder.NOBODY, BodyRoom.SMALL));
    assertEquals(4 * MIB / BodyRoom.SMALL, most(ANN, BodyRoom.SMALL));
  }

  @Test
  void bodyThatGrows_leavesTheRoomOfSmallOnes() {
    BodyRoom growing = room(ANN);
    growing.hold(1000, 4000);
    assertEquals(5000, budget.smallBytes().used());
    growing.hold(MIB, 0);
    assertEquals(0, budget.smallBytes().used());
    assertEquals(MIB, budget.bytes().used());
    growing.hold(1000, 0);
    growing.giveBack();
    growing.giveBack();
    assertEquals(0, budget.usedBytes());
  }

  @Test
  void whatIsMadeOfABody_counts_upToAllThereIs() {
    BodyRoom alone = room(ANN);
    alone.hold(20 * MIB, 80 * MIB);
    assertEquals(64 * MIB, budget.usedBytes());
    assertThrows(BodyBudgetException.class, () -> alone.hold(65 * MIB, 0));
    assertEquals(64 * MIB, budget.usedBytes());
    alone.hold(20 * MIB, 0);
    BodyRoom second = room(OTHER);
    second.hold(20 * MIB, 0);
    assertThrows(BodyBudgetException.class, () -> second.hold(20 * MIB, 80 * MIB));
    assertEquals(40 * MIB, budget.usedBytes());
  }

  @Test
  void senders_areSharedInTheSameWay() {
    assertEquals(8, mostSenders(ANN, false));
    assertEquals(12, mostSenders(OTHER, false));
    assertEquals(16, mostSenders(BodyHolder.NOBODY, false));
    assertEquals(18, mostSenders(BodyHolder.NOBODY, true));
    assertEquals(9, mostSenders(ANN, true));
    BodyRoom one = room(ANN);
    one.waitForSender(false);
    one.waitForSender(false);
    assertEquals(1, budget.usedSenders());
    one.giveSenderBack();
    one.giveSenderBack();
    assertEquals(0, budget.usedSenders());
  }

  @Test
  void senderOfABodyThatIsNotSmallAfterAll_leavesThePlaceOfSmallOnes() {
    BodyRoom growing = room(ANN);
    growing.waitForSender(true);
    assertEquals(1, budget.smallSenders().used());
    growing.waitForSender(false);
    growing.waitForSender(true);
    assertEquals(0, budget.smallSenders().used());
    assertEquals(1, budget.senders().used());
    BodyRoom late = room(OTHER);
    late.waitForSender(true);
    assertTrue(budget.senders().take(BodyHolder.NOBODY, 15, 0));
    assertThrows(BodyBudgetException.class, () -> late.waitForSender(false));
    assertEquals(1, budget.smallSenders().used());
    late.giveSenderBack();
    growing.giveSenderBack();
    assertEquals(15, budget.usedSenders());
  }

  @Test
  void budgetsThatAreNone_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> new BodyBudget(0));
    assertThrows(IllegalArgumentException.class, () -> new BodyBudget(1, 0, Duration.ofSeconds(1)));
    BodyBudget least = new BodyBudget(1);
    assertDoesNotThrow(() -> new BodyRoom(least, ANN).hold(1, 4));
    assertTrue(least.usedBytes() > 0);
  }
}
