package dev.helix.session;

import static dev.helix.session.SessionFixture.messages;
import static dev.helix.session.SessionFixture.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.transcript.MessageIds;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The stored history that is sent: its bound, and its end where ids name it. */
class HistoryLimitTest extends PlacingTest {
  private OpenTurn stored(int limit, MessageIds ids, String... lines) {
    return stored(SentHistory.ofMessages(limit), ids, lines);
  }

  private OpenTurn stored(SentHistory limit, MessageIds ids, String... lines) {
    return sessions
        .manager()
        .beginTurn(
            sessions.session("c"),
            new TurnRequest(messages(lines), HistoryMode.STORED, limit, ids));
  }

  private List<String> sent(int limit, String... lines) {
    return texts(stored(limit, MessageIds.NONE, lines).history());
  }

  @Test
  void wholeTurns_areDroppedFromTheOldestEnd() {
    sessions.storedTurn("c", "A1", "user: Q1");
    sessions.storedTurn("c", "A2", "user: Q2");
    sessions.storedTurn("c", "A3", "user: Q3");
    assertEquals(List.of("Q1", "A1", "Q2", "A2", "Q3", "A3"), sent(6, "user: Q"));
    assertEquals(List.of("Q2", "A2", "Q3", "A3"), sent(5, "user: Q"));
    assertEquals(List.of("Q2", "A2", "Q3", "A3"), sent(4, "user: Q"));
    assertEquals(List.of("Q3", "A3"), sent(3, "user: Q"));
    assertEquals(List.of("Q3", "A3"), sent(2, "user: Q"));
  }

  @Test
  void newestTurn_isSentWhateverTheLimit() {
    sessions.storedTurn("c", "A1", "user: Q1");
    sessions.storedTurn("c", "A2", "user: Q2");
    assertEquals(List.of("Q2", "A2"), sent(1, "user: Q"));
    SentHistory oneCharacter = new SentHistory(Integer.MAX_VALUE, 1, false);
    assertEquals(
        List.of("Q2", "A2"), texts(stored(oneCharacter, MessageIds.NONE, "user: Q").history()));
  }

  /** Each message counts 16 characters besides its text, and so each turn 36. */
  @ParameterizedTest
  @CsvSource({"1000, 6", "108, 6", "107, 4", "72, 4", "71, 2", "1, 2"})
  void characters_areCountedInWholeTurns(int limit, int sent) {
    sessions.storedTurn("c", "A1", "user: Q1");
    sessions.storedTurn("c", "A2", "user: Q2");
    sessions.storedTurn("c", "A3", "user: Q3");
    SentHistory most = new SentHistory(Integer.MAX_VALUE, limit, false);
    assertEquals(
        List.of("Q1", "A1", "Q2", "A2", "Q3", "A3").subList(6 - sent, 6),
        texts(stored(most, MessageIds.NONE, "user: Q").history()));
  }

  /** Bytes are those of the elements, with all their fields. */
  @Test
  void bytes_areCountedInWholeTurns_beforeAnythingIsPutTogether() {
    List<Long> lengths = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      sessions.storedTurn("c", "A" + i, "user: Q" + i);
      List<Message> history = stored(SentHistory.ALL, MessageIds.NONE, "user: Q").history();
      lengths.add(history.subList(2 * i - 2, 2 * i).stream().mapToLong(Message::length).sum());
    }
    long two = lengths.get(1) + lengths.get(2);
    long all = two + lengths.get(0);
    for (Map.Entry<Long, Integer> each :
        Map.of(all, 6, all - 1, 4, two, 4, two - 1, 2, 1L, 2).entrySet()) {
      SentHistory most = new SentHistory(Integer.MAX_VALUE, Long.MAX_VALUE, each.getKey(), false);
      assertEquals(
          List.of("Q1", "A1", "Q2", "A2", "Q3", "A3").subList(6 - each.getValue(), 6),
          texts(stored(most, MessageIds.NONE, "user: Q").history()));
    }
  }

  @Test
  void callsAndTheirResults_areNeverTornApart() {
    sessions.storedTurn("c", "A0", "user: Q0");
    endWithCall(stored(9, MessageIds.NONE, "user: Q1"));
    assertEquals(List.of("Q1", "looking"), sent(1, RESULT));
    OpenTurn results = stored(2, MessageIds.NONE, RESULT);
    assertEquals(List.of("Q1", "looking"), texts(results.history()));
    end(results, "A1");
    assertEquals(List.of("Q1", "looking", "R", "A1"), sent(5, "user: Q2"));
    assertEquals(List.of("Q1", "looking", "R", "A1"), sent(4, "user: Q2"));
    assertEquals(List.of("Q1", "A1"), sent(3, "user: Q2"));
  }

  @Test
  void ids_sayWhereAQuestionHangs_andWhichHistoryIsSent() {
    turn(ids("u1", null, "a1"), "A1", "user: Q1");
    turn(ids("u2", "a1", "a2"), "A2", "user: Q1", "assistant: A1", "user: Q2");
    OpenTurn named = stored(9, ids("u2b", "a1", "a2b"), "user: Q2b");
    assertEquals(List.of("Q1", "A1"), texts(named.history()));
    end(named, "A2b");
    OpenTurn again = stored(9, ids("u2", "a1", "a2c"), "user: Q2");
    assertEquals(List.of("Q1", "A1"), texts(again.history()));
    end(again, "A2c");
    OpenTurn unknown = stored(9, ids("u3", "nonsense", "a3"), "user: Q3");
    assertEquals(List.of("Q1", "A1", "Q2", "A2c"), texts(unknown.history()));
    end(unknown, "A3");
    assertEquals(
        List.of("u2b Q2b < a1", "a2b A2b < u2b", "a2c A2c < u2", "u3 Q3 < a2c", "a3 A3 < u3"),
        named().subList(4, 9));
  }

  @Test
  void firstQuestionAskedAgainByItsId_isSentWithoutHistory() {
    turn(ids("u1", null, "a1"), "A1", "user: Q1");
    OpenTurn again = stored(9, ids("u1", null, "a1b"), "user: Q1");
    assertEquals(List.of(), again.history());
    end(again, "A1b");
    assertEquals("a1b A1b < u1", named().get(2));
  }

  @Test
  void partOfABrokenAnswer_showsThatTheCallerKeepsTheHistory() {
    end(begin("user: Q1"), "The quick brown fox", AnswerStatus.CANCELLED);
    assertEquals(List.of(), sent(9, "user: Q1", "assistant: The quick", "user: Q2"));
    assertEquals("Q2 < The quick brown fox", tree().get(2));
  }

  @Test
  void answerOfTheCallersOwn_isPlacedBehindTheHistory() {
    sessions.storedTurn("c", "A1", "user: Q1");
    OpenTurn turn = stored(9, MessageIds.NONE, "user: for example", "assistant: so", "user: Q2");
    assertEquals(List.of("Q1", "A1"), texts(turn.history()));
    assertEquals(List.of("for example < A1", "so < for example", "Q2 < so"), tree().subList(2, 5));
  }

  @Test
  void otherProgramsChange_isTakenIn() throws Exception {
    sessions.storedTurn("c", "A1", "user: Q1");
    java.nio.file.Path file = directory.resolve("conv-c/context/messages.json");
    java.nio.file.Files.writeString(
        file, java.nio.file.Files.readString(file).replace("A1", "A1 by hand"));
    assertEquals(List.of("Q1", "A1 by hand"), sent(9, "user: Q2"));
  }

  /** How many bytes of heap this thread takes to cut a history. */
  private static long allocated(SentHistory limit, List<Message> history) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    assertEquals(history, limit.latest(history, false));
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  @Test
  void textsAreDecoded_onlyWhereALimitAsksForTheirLength() {
    int length = 4 << 20;
    List<Message> history =
        List.of(
            Message.of("user", "\u00e4".repeat(length)),
            Message.of("assistant", "x".repeat(length)));
    assertTrue(allocated(SentHistory.ALL, history) < length / 8);
    assertTrue(allocated(SentHistory.ofMessages(2), history) < length / 8);
    assertTrue(allocated(new SentHistory(2, 4L * length, false), history) > length);
  }
}
