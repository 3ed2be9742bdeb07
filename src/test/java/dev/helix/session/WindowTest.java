package dev.helix.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.Message;
import dev.helix.transcript.MessageIds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Histories that begin in the middle, or agree in nothing. */
class WindowTest extends PlacingTest {
  private final List<String> said = new ArrayList<>();

  private void talk(int turns) {
    for (int i = 1; i <= turns; i++) {
      said.add("user: Q" + i);
      turn(MessageIds.NONE, "A" + i, said.toArray(String[]::new));
      said.add("assistant: A" + i);
    }
  }

  @Test
  void lastMessagesOnly_areFoundWhereTheyStand() {
    talk(4);
    turn(MessageIds.NONE, "A5", "user: Q4", "assistant: A4", "user: Q5");
    turn(MessageIds.NONE, "A6", "assistant: A5", "user: Q6");
    assertEquals(
        List.of("Q5 < A4", "A5 < Q5", "Q6 < A5", "A6 < Q6"), tree().subList(8, tree().size()));
  }

  @Test
  void summaryInPlaceOfTheBeginning_isNotStored() {
    talk(4);
    turn(MessageIds.NONE, "A5", "user: In short: …", "user: Q4", "assistant: A4", "user: Q5");
    turn(MessageIds.NONE, "A6", "assistant: In short: …", "user: Q5", "assistant: A5", "user: Q6");
    assertEquals(List.of("Q5 < A4", "A5 < Q5", "Q6 < A5", "A6 < Q6"), tree().subList(8, 12));
    assertEquals(12, stored());
  }

  @Test
  void longestRunCounts_andAmongEqualOnesTheNewestPath() {
    turn(MessageIds.NONE, "yes", "user: a");
    turn(MessageIds.NONE, "sure", "user: a", "assistant: yes", "user: b");
    turn(
        MessageIds.NONE,
        "yes",
        "user: a",
        "assistant: yes",
        "user: b",
        "assistant: sure",
        "user: c");
    turn(MessageIds.NONE, "x", "assistant: yes", "user: new");
    assertEquals("new < yes", tree().get(6));
    Message last = sessions.transcript("c").messages().get(6);
    assertEquals(sessions.transcript("c").messages().get(5).id(), last.parentId());
    turn(MessageIds.NONE, "x", "assistant: yes", "user: b", "assistant: sure", "user: d");
    assertEquals("d < sure", tree().get(8));
  }

  @Test
  void windowThatBeginsLikeTheConversation_isFoundInTheMiddle() {
    turn(MessageIds.NONE, "one", "user: ok");
    turn(MessageIds.NONE, "two", "user: ok", "assistant: one", "user: ok");
    turn(MessageIds.NONE, "three", "user: ok", "assistant: two", "user: go on");
    assertEquals("go on < two", tree().get(4));
    assertEquals(6, stored());
  }

  @Test
  void windowThatBeginsLikeTheConversation_winsOverANewerRunThatBeginsLater() {
    turn(MessageIds.NONE, "x", "user: ok");
    turn(MessageIds.NONE, "Hello", "user: Before", "user: ok");
    turn(MessageIds.NONE, "y", "user: ok");
    turn(
        MessageIds.NONE,
        "A",
        "user: ok",
        "assistant: Hello",
        "user: ok",
        "assistant: y",
        "user: Z");
    List<Message> nodes = sessions.transcript("c").messages();
    assertEquals("ok < Hello", tree().get(6));
    assertEquals(nodes.get(4).id(), nodes.get(6).parentId());
  }

  @Test
  void questionThatIsEqual_winsOverOneThatOnlyItsAnswerTells_inAWindowToo() {
    turn(MessageIds.NONE, "A1", "user: Before", "user: ok");
    turn(MessageIds.NONE, "A1", "user: Before", "user: Hello");
    turn(MessageIds.NONE, "A2", "user: ok", "assistant: A1", "user: X");
    List<Message> nodes = sessions.transcript("c").messages();
    assertEquals(nodes.get(2).id(), nodes.get(5).parentId());
  }

  @Test
  void historyWithoutAKnownAnswer_isANewBeginning() {
    talk(2);
    turn(MessageIds.NONE, "B", "user: Q2");
    turn(MessageIds.NONE, "C", "user: X", "assistant: Y", "user: Z");
    assertEquals(
        List.of("Q2 < root", "B < Q2", "X < root", "Y < X", "Z < Y", "C < Z"),
        tree().subList(4, 10));
  }

  @Test
  void unknownParent_ofAWindowWithIds_isFoundByIts() {
    talk(3);
    turn(ids("u4", "nonsense", "a4"), "A4", "user: Q3", "assistant: A3", "user: Q4");
    assertEquals(List.of("Q4 < A3", "A4 < Q4"), tree().subList(6, 8));
  }

  @Test
  void fiveThousandMessages_arePlacedInMilliseconds_whereverTheyBelong() {
    String[] history = new String[5001];
    for (int i = 0; i < 5000; i++) {
      history[i] = i % 2 == 0 ? "user: question " + i : "assistant: answer " + i;
    }
    history[5000] = "user: and now?";
    turn(MessageIds.NONE, "A", history);
    assertEquals(5002, stored());
    assertTrue(fastest(history).toSeconds() < 5);
    String[] window = List.of(history).subList(2501, 5001).toArray(String[]::new);
    assertTrue(fastest(window).toSeconds() < 5);
    String[] rewritten = window.clone();
    for (int i = 0; i < rewritten.length; i++) {
      rewritten[i] = rewritten[i].replace("question", "as I asked:");
    }
    assertTrue(fastest(rewritten).toSeconds() < 5);
    assertEquals(5002, stored());
    String[] strange = new String[5000];
    for (int i = 0; i < 5000; i++) {
      strange[i] = i % 2 == 0 ? "user: strange " + i : "assistant: wonder " + i;
    }
    assertTrue(fastest(strange).toSeconds() < 5);
    assertEquals(10_002, stored());
  }

  @Test
  void fiveThousandEqualMessages_takeNoLonger() {
    String[] history = new String[5001];
    for (int i = 0; i < 5001; i++) {
      history[i] = i % 2 == 0 ? "user: ok" : "assistant: sure";
    }
    turn(MessageIds.NONE, "sure", history);
    assertTrue(fastest(history).toSeconds() < 5);
    String[] window = List.of(history).subList(1, 5001).toArray(String[]::new);
    assertTrue(fastest(window).toSeconds() < 5);
    assertEquals(5002, stored());
  }

  @Test
  void equalMessagesBehindStrangeOnes_takeNoLonger() {
    List<String> history = new ArrayList<>();
    for (int i = 0; i < 2500; i++) {
      history.addAll(List.of("user: ok", "assistant: sure"));
    }
    history.add("user: ok");
    turn(MessageIds.NONE, "sure", history.toArray(String[]::new));
    List<String> window = new ArrayList<>();
    for (int i = 0; i < 1250; i++) {
      window.addAll(List.of("assistant: strange " + i, "user: ok"));
    }
    window.addAll(history.subList(0, 2500));
    window.add("user: what?");
    assertTrue(fastest(window.toArray(String[]::new)).toSeconds() < 5);
  }

  private int stored() {
    return sessions.transcript("c").messages().size();
  }

  private Duration fastest(String... lines) {
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      TurnRequest request = TurnRequest.of(SessionFixture.messages(lines), HistoryMode.CLIENT);
      SessionState session = sessions.session("c");
      long start = ProcessorTime.nanos();
      sessions.manager().beginTurn(session, request);
      best = Math.min(best, ProcessorTime.nanos() - start);
    }
    return Duration.ofNanos(best);
  }
}
