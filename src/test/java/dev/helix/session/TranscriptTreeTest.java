package dev.helix.session;

import static dev.helix.session.SessionFixture.answer;
import static dev.helix.session.SessionFixture.messages;
import static dev.helix.session.SessionFixture.texts;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.transcript.Transcript;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How requests in client mode become a tree. */
class TranscriptTreeTest {
  @TempDir Path directory;
  private SessionFixture sessions;

  @BeforeEach
  void open() {
    sessions = new SessionFixture(directory);
  }

  @AfterEach
  void close() {
    sessions.close();
  }

  private Path file(String conversationId) {
    return directory.resolve("conv-" + conversationId).resolve("context/messages.json");
  }

  @Test
  void resentHistory_addsOnlyWhatIsNew_alsoAfterARestart() {
    sessions.turn("c", "A1", "user: Q1");
    sessions.turn("c", "A2", "user: Q1", "assistant: A1", "user: Q2");
    sessions.restart();
    sessions.turn("c", "A3", "user: Q1", "assistant: A1 ", "user: Q2", "assistant: A2", "user: Q3");
    assertEquals(
        List.of("Q1 < root", "A1 < Q1", "Q2 < A1", "A2 < Q2", "Q3 < A2", "A3 < Q3"),
        sessions.tree("c"));
    assertEquals(
        List.of("Q1", "A1", "Q2", "A2", "Q3", "A3"), texts(sessions.transcript("c").currentPath()));
  }

  @Test
  void regenerate_isASecondAnswerToTheSameQuestion() {
    sessions.turn("c", "A1", "user: Q1");
    sessions.turn("c", "A1b", "user: Q1");
    assertEquals(List.of("Q1 < root", "A1 < Q1", "A1b < Q1"), sessions.tree("c"));
    assertEquals(List.of("Q1", "A1b"), texts(sessions.transcript("c").currentPath()));
  }

  @Test
  void edit_startsABranch_andTheOldOneStays() {
    sessions.turn("c", "A1", "user: Q1");
    sessions.turn("c", "A2", "user: Q1", "assistant: A1", "user: Q2");
    sessions.turn("c", "A2b", "user: Q1", "assistant: A1", "user: Q2 changed");
    assertEquals(
        List.of(
            "Q1 < root", "A1 < Q1", "Q2 < A1", "A2 < Q2", "Q2 changed < A1", "A2b < Q2 changed"),
        sessions.tree("c"));
    sessions.turn("c", "A0", "user: another beginning");
    assertEquals(List.of("another beginning", "A0"), texts(sessions.transcript("c").currentPath()));
  }

  @Test
  void twoModelsSideBySide_areTwoAnswersToOneQuestion() {
    OpenTurn one = sessions.begin("c", HistoryMode.CLIENT, "user: Q1");
    OpenTurn other = sessions.begin("c", HistoryMode.CLIENT, "user: Q1");
    sessions.manager().completeTurn(other, List.of(answer("B", AnswerStatus.COMPLETED)));
    sessions.manager().completeTurn(one, List.of(answer("A", AnswerStatus.COMPLETED)));
    assertEquals(List.of("Q1 < root", "B < Q1", "A < Q1"), sessions.tree("c"));
  }

  @Test
  void severalChoices_areSiblings() {
    OpenTurn turn = sessions.begin("c", HistoryMode.CLIENT, "user: Q1");
    sessions
        .manager()
        .completeTurn(
            turn,
            List.of(answer("A", AnswerStatus.COMPLETED), answer("B", AnswerStatus.COMPLETED)));
    assertEquals(List.of("Q1 < root", "A < Q1", "B < Q1"), sessions.tree("c"));
  }

  @Test
  void amongEqualAnswers_theOneThatGoesDeeperIsFollowed_elseTheNewest() {
    sessions.turn("c", "A", "user: Q1");
    sessions.turn("c", "A2", "user: Q1", "assistant: A", "user: Q2");
    sessions.turn("c", "A", "user: Q1");
    List<Message> nodes = sessions.transcript("c").messages();
    assertEquals(5, nodes.size());
    OpenTurn deeper =
        sessions.begin("c", HistoryMode.CLIENT, "user: Q1", "assistant: A", "user: Q2");
    assertEquals(nodes.get(2).id(), deeper.parentId());
    sessions.begin("c", HistoryMode.CLIENT, "user: Q1", "assistant: A", "user: Q3");
    Message third = sessions.transcript("c").messages().get(5);
    assertEquals("Q3", third.text());
    assertEquals(nodes.get(4).id(), third.parentId());
  }

  @Test
  void emptyAnswer_matchesNothingAndAddsNothing() {
    sessions.turn("c", "A1", "user: Q1");
    sessions.turn(
        "c",
        "A2",
        "user: Q1",
        "assistant: A1",
        "{\"role\":\"assistant\"}",
        "user: Q2",
        "assistant:");
    assertEquals(List.of("Q1 < root", "A1 < Q1", "Q2 < A1", "A2 < Q2"), sessions.tree("c"));
  }

  @Test
  void leadingSystemMessage_isNoNode_andIsWrittenOnlyWhenItChanged() throws Exception {
    sessions.turn("c", "A1", "system: S", "user: Q1");
    sessions.turn("c", "A2", "system: S ", "user: Q1", "assistant: A1", "user: Q2");
    sessions.restart();
    sessions.turn("c", "A2b", "developer: S2", "user: Q1", "assistant: A1", "user: Q2");
    sessions.turn("c", "A2c", "developer: S2", "user: Q1", "assistant: A1", "user: Q2");
    assertEquals(
        List.of("Q1 < root", "A1 < Q1", "Q2 < A1", "A2 < Q2", "A2b < Q2", "A2c < Q2"),
        sessions.tree("c"));
    String json = Files.readString(file("c"));
    assertEquals(2, json.split("\"role\":\"(system|developer)\"", -1).length - 1, json);
    assertEquals("S2", sessions.transcript("c").system().text());
  }

  @Test
  void laterSystemMessage_isANode() {
    sessions.turn("c", "A1", "system: S", "developer: D", "user: Q1", "system: now", "user: Q2");
    sessions.turn("c", "A1b", "system: S", "developer: D", "user: Q1", "system: now", "user: Q2");
    sessions.restart();
    sessions.turn("c", "A1c", "system: S", "developer: D", "user: Q1", "system: now", "user: Q2");
    assertEquals(
        List.of("D < root", "Q1 < D", "now < Q1", "Q2 < now", "A1 < Q2", "A1b < Q2", "A1c < Q2"),
        sessions.tree("c"));
  }

  @Test
  void idsThatARequestBringsAlong_areNotTaken() {
    sessions.turn(
        "c", "A1", "{\"role\":\"user\",\"content\":\"Q\",\"id\":\"x\",\"parent_id\":\"x\"}");
    Message question = sessions.transcript("c").messages().get(0);
    assertNotEquals("x", question.id());
    assertEquals(null, question.parentId());
  }

  @Test
  void recordedAnswer_saysWhoGaveItAndHowItEnded() {
    sessions.turn("c", "A1", "user: Q1");
    Message recorded = sessions.transcript("c").messages().get(1);
    assertEquals("m", recorded.model());
    assertEquals("stop", recorded.finishReason());
    assertEquals(AnswerStatus.COMPLETED, recorded.status());
    assertTrue(!recorded.timestamp().isBefore(SteppingClock.START));
  }

  @Test
  void elementsOfTheOriginal_haveStableIds_andFormAChain() throws Exception {
    sessions.turn("c", "A", "user: Q");
    sessions.close();
    Files.writeString(
        file("c"),
        "[{\"role\":\"system\",\"content\":\"S\"},{\"role\":\"user\",\"content\":\"Q1\"},"
            + "{\"role\":\"assistant\",\"content\":\"A1\"}]");
    sessions.restart();
    sessions.turn("c", "A2", "system: S", "user: Q1", "assistant: A1", "user: Q2");
    sessions.restart();
    assertEquals(List.of("Q1 < root", "A1 < Q1", "Q2 < A1", "A2 < Q2"), sessions.tree("c"));
    assertEquals("element-2", sessions.transcript("c").messages().get(1).id());
    assertEquals(List.of("Q1", "A1", "Q2", "A2"), texts(sessions.transcript("c").currentPath()));
  }

  @Test
  void laterElementOfTheSameId_isANewerVersion_thatKeepsItsPlace() throws Exception {
    sessions.turn("c", "A1", "user: Q1");
    String id = sessions.transcript("c").messages().get(1).id();
    sessions.close();
    String json = Files.readString(file("c"));
    Files.writeString(
        file("c"),
        json.substring(0, json.length() - 3)
            + ",{\"id\":\""
            + id
            + "\",\"parent_id\":null,\"role\":\"assistant\",\"content\":\"A1 and more\"}]");
    sessions.restart();
    sessions.turn("c", "A2", "user: Q1", "assistant: A1 and more", "user: Q2");
    assertEquals(
        List.of("Q1 < root", "A1 and more < Q1", "Q2 < A1 and more", "A2 < Q2"),
        sessions.tree("c"));
  }

  @Test
  void changeByAnotherProgram_isTakenIn() throws Exception {
    sessions.turn("c", "A1", "user: Q1");
    String json = Files.readString(file("c"));
    Files.writeString(file("c"), json.replace("A1", "A1 by hand"));
    sessions.turn("c", "A2", "user: Q1", "assistant: A1 by hand", "user: Q2");
    assertEquals(
        List.of("Q1 < root", "A1 by hand < Q1", "Q2 < A1 by hand", "A2 < Q2"), sessions.tree("c"));
  }

  @Test
  void fileReplacedDuringATurn_losesNoAnswer_andDoesNotDerailThePath() throws Exception {
    OpenTurn turn = sessions.begin("c", HistoryMode.CLIENT, "user: Q1");
    Files.writeString(
        file("c"),
        "[{\"role\":\"user\",\"content\":\"X\"},{\"role\":\"assistant\",\"content\":\"Y\"}]");
    sessions.manager().completeTurn(turn, List.of(answer("A1", AnswerStatus.COMPLETED)));
    Transcript transcript = sessions.transcript("c");
    assertEquals(List.of("X", "Y", "A1"), texts(transcript.messages()));
    assertEquals(List.of("X", "Y"), texts(transcript.currentPath()));
  }

  @Test
  void cycleOfParents_endsNoOne() throws Exception {
    sessions.turn("c", "A1", "user: Q1");
    sessions.close();
    Files.writeString(
        file("c"),
        "[{\"id\":\"1\",\"parent_id\":\"2\",\"role\":\"user\",\"content\":\"Q1\"},"
            + "{\"id\":\"2\",\"parent_id\":\"1\",\"role\":\"assistant\",\"content\":\"A1\"}]");
    sessions.restart();
    assertEquals(2, sessions.transcript("c").currentPath().size());
    sessions.turn("c", "A2", "user: Q1", "assistant: A1", "user: Q2");
    assertEquals(4, sessions.transcript("c").messages().size());
  }

  @Test
  void racingTurns_loseNothing_andStoreNothingTwice() throws Exception {
    int threads = 8;
    int rounds = 6;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      CyclicBarrier start = new CyclicBarrier(threads);
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int number = t;
        running.add(
            executor.submit(
                () -> {
                  for (int round = 0; round < rounds; round++) {
                    start.await();
                    String common = "user: common " + round;
                    OpenTurn turn =
                        sessions.begin(
                            "c",
                            HistoryMode.CLIENT,
                            "system: S",
                            common,
                            "assistant: same in " + round,
                            "user: own " + number);
                    sessions
                        .manager()
                        .completeTurn(
                            turn,
                            List.of(answer("to " + number + " " + round, AnswerStatus.COMPLETED)));
                  }
                  return null;
                }));
      }
      for (Future<?> thread : running) {
        thread.get();
      }
    } finally {
      executor.shutdownNow();
    }
    for (int i = 0; i < 2; i++) {
      List<String> tree = sessions.tree("c");
      assertEquals(rounds * (2 + 2 * threads), tree.size());
      // "own n" comes once in each round, below what is the same in that round.
      List<Message> nodes = sessions.transcript("c").messages();
      HashSet<String> distinct = new HashSet<>();
      nodes.forEach(node -> distinct.add(node.parentId() + " " + node.text()));
      assertEquals(nodes.size(), distinct.size());
      sessions.restart();
    }
    assertEquals(1, Files.readString(file("c")).split("\"system\"", -1).length - 1);
  }

  @Test
  void longConversation_costsWhatIsNew() throws Exception {
    List<String> lines = new ArrayList<>();
    long[] grown = new long[2];
    for (int measured = 0; measured < 2; measured++) {
      while (lines.size() < (measured == 0 ? 20 : 2000)) {
        lines.add("user: question " + (100_000 + lines.size()));
        lines.add("assistant: answer");
      }
      sessions.begin("c", HistoryMode.CLIENT, lines.toArray(String[]::new));
      Object inode = Files.getAttribute(file("c"), "unix:ino");
      long before = Files.size(file("c"));
      byte[] prefix = Files.readAllBytes(file("c"));
      lines.add("user: question " + (100_000 + lines.size()));
      sessions.turn("c", "answer", lines.toArray(String[]::new));
      lines.add("assistant: answer");
      grown[measured] = Files.size(file("c")) - before;
      assertEquals(inode, Files.getAttribute(file("c"), "unix:ino"));
      String after = Files.readString(file("c"));
      assertTrue(after.startsWith(new String(prefix, 0, prefix.length - 3, UTF_8)));
    }
    assertEquals(grown[0], grown[1]);
    assertEquals(2002, messages(lines.toArray(String[]::new)).size());
    assertEquals(2002, sessions.transcript("c").messages().size());
  }
}
