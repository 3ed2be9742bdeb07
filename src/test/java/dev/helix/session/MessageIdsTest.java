package dev.helix.session;

import static dev.helix.session.SessionFixture.answer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.transcript.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Turns of a client that gives its messages ids, as Open WebUI can. */
class MessageIdsTest extends PlacingTest {
  @Test
  void eachMessage_getsTheClientsId_alsoAfterARestart() {
    twoTurns();
    sessions.restart();
    turn(
        ids("u3", "a2", "a3"),
        "A3",
        "user: Q1",
        "assistant: A1",
        "user: Q2",
        "assistant: A2",
        "user: Q3");
    assertEquals(
        List.of(
            "u1 Q1 < root", "a1 A1 < u1", "u2 Q2 < a1", "a2 A2 < u2", "u3 Q3 < a2", "a3 A3 < u3"),
        named());
  }

  @Test
  void regenerate_isAnotherAnswerBelowTheSameQuestion() {
    twoTurns();
    turn(ids("u2", "a1", "a2b"), "A2", "user: Q1", "assistant: A1", "user: Q2");
    assertEquals(
        List.of("u1 Q1 < root", "a1 A1 < u1", "u2 Q2 < a1", "a2 A2 < u2", "a2b A2 < u2"), named());
  }

  @Test
  void editToTheSameText_isAMessageOfItsOwn() {
    twoTurns();
    turn(ids("u2b", "a1", "a2b"), "A2", "user: Q1", "assistant: A1", "user: Q2");
    turn(ids("u1b", null, "a1b"), "A1", "user: Q1");
    assertEquals(
        List.of("u2b Q2 < a1", "a2b A2 < u2b", "u1b Q1 < root", "a1b A1 < u1b"),
        named().subList(4, 8));
  }

  @Test
  void nextQuestion_hangsBelowTheAnswerThatIsNamed_amongEqualOnes() {
    turn(ids("u1", null, "a1"), "A1", "user: Q1");
    turn(ids("u1", null, "a1b"), "A1", "user: Q1");
    turn(ids("u2", "a1", "a2"), "A2", "user: Q1", "assistant: A1", "user: Q2");
    assertEquals("u2 Q2 < a1", named().get(3));
  }

  @Test
  void questionThatAPersonChangedInPlace_isANewerVersion() {
    twoTurns();
    turn(ids("u2", "a1", "a2b"), "A2b", "user: Q1", "assistant: A1", "user: Q2 better");
    assertEquals(
        List.of("u1 Q1 < root", "a1 A1 < u1", "u2 Q2 better < a1", "a2 A2 < u2", "a2b A2b < u2"),
        named());
  }

  @Test
  void questionChangedToAnEarlierOnesText_isNotTakenForTheEarlierOne() {
    turn(ids("u1", null, "a1"), "x", "user: ok");
    turn(ids("u2", "a1", "a2"), "y", "user: ok", "assistant: x", "user: hm");
    turn(ids("u2", "a1", "a2b"), "z", "user: ok", "assistant: x", "user: ok");
    turn(ids("u2", "a1", "a2c"), "z", "user: ok", "assistant: x", "user: new");
    assertEquals(
        List.of(
            "u1 ok < root", "a1 x < u1", "u2 new < a1", "a2 y < u2", "a2b z < u2", "a2c z < u2"),
        named());
  }

  @Test
  void answerThatAPersonChangedInPlace_isANewerVersion_whereverItStands() {
    twoTurns();
    turn(
        ids("u3", "a2", "a3"),
        "A3",
        "user: Q1",
        "assistant: A1 by hand",
        "user: Q2",
        "assistant: A2",
        "user: Q3");
    turn(ids("u2", "a1", "a2b"), "A2b", "user: Q1", "assistant: A1 again", "user: Q2");
    assertEquals(
        List.of(
            "u1 Q1 < root",
            "a1 A1 again < u1",
            "u2 Q2 < a1",
            "a2 A2 < u2",
            "u3 Q3 < a2",
            "a3 A3 < u3",
            "a2b A2b < u2"),
        named());
  }

  @Test
  void twoModelsSideBySide_shareTheQuestion() {
    OpenTurn one = begin(ids("u1", null, "a1"), "user: Q1");
    OpenTurn other = begin(ids("u1", null, "a2"), "user: Q1");
    end(other, "B");
    end(one, "A");
    assertEquals(List.of("u1 Q1 < root", "a2 B < u1", "a1 A < u1"), named());
  }

  @Test
  void toolRounds_areAChain_whoseLastElementHasTheAnswersId() {
    endWithCall(begin(ids("u1", null, "a1"), "user: Q1"));
    end(begin(ids("u1", null, "a1"), "user: Q1", CALL, RESULT), "A1");
    assertEquals(List.of("u1 Q1 < root", "* looking < u1", "* R < *", "a1 A1 < *"), named());
    turn(ids("u2", "a1", "a2"), "A2", "user: Q1", CALL, RESULT, "assistant: A1", "user: Q2");
    turn(ids("u3", "a1", "a3"), "A3", "user: Q1", "assistant: A1", "user: Q3");
    assertEquals(
        List.of("u2 Q2 < a1", "a2 A2 < u2", "u3 Q3 < a1", "a3 A3 < u3"), named().subList(4, 8));
  }

  @Test
  void imagesOfTools_belongToTheRequest_andRoundsBeforeTheseMayBeLeftOut() {
    String second = CALL.replace("c1", "c2");
    String result = RESULT.replace("c1", "c2");
    endWithCall(begin(ids("u1", null, "a1"), "user: Q1"));
    OpenTurn turn =
        begin(ids("u1", null, "a1"), "user: Q1", CALL, RESULT, "user: Here are the images");
    sessions
        .manager()
        .completeTurn(
            turn,
            List.of(
                new Answer(
                    SessionFixture.messages(second).get(0), "m", null, AnswerStatus.COMPLETED)));
    end(begin(ids("u1", null, "a1"), "user: Q1", second, result, "user: Here are the images"), "A");
    assertEquals(
        List.of(
            "u1 Q1 < root", "* looking < u1", "* R < *", "* looking < *", "* R < *", "a1 A < *"),
        named());
    List<Message> nodes = sessions.transcript("c").messages();
    assertEquals(nodes.get(2).id(), nodes.get(3).parentId());
  }

  @Test
  void questionThatAFilterAltersInEveryRound_isNotTakenForAToolsImages() {
    turn(ids("u1", null, "a1"), "A1", "user: Q1");
    endWithCall(begin(ids("u2", "a1", "a2"), "user: 12:01 Q2"));
    turn(ids("u2", "a1", "a2"), "A2", "user: 12:02 Q2", CALL, RESULT, "user: Here are the images");
    assertEquals(
        List.of("u2 12:02 Q2 < a1", "* looking < u2", "* R < *", "a2 A2 < *"),
        named().subList(2, 6));
  }

  @Test
  void guidedRegenerate_addsAnAnswerOnly() {
    twoTurns();
    turn(
        ids("u2", "a1", "a2b"),
        "A2 in rhyme",
        "user: Q1",
        "assistant: A1",
        "user: Q2",
        "assistant: A2",
        "user: please in rhyme");
    endWithCall(begin(ids("u1", null, "a1b"), "user: Q1", "assistant: A1", "user: with the tool"));
    end(
        begin(
            ids("u1", null, "a1b"),
            "user: Q1",
            "assistant: A1",
            "user: with the tool",
            CALL,
            RESULT),
        "A1b");
    assertEquals(
        List.of("a2b A2 in rhyme < u2", "* looking < u1", "* R < *", "a1b A1b < *"),
        named().subList(4, 8));
  }

  @Test
  void guidedRegenerateInTheQuestionsOwnWords_changesNothing() {
    turn(ids("u1", null, "a1"), "x", "user: ok");
    turn(ids("u2", "a1", "a2"), "x", "user: ok", "assistant: x", "user: ok");
    turn(
        ids("u2", "a1", "a2b"),
        "y",
        "user: ok",
        "assistant: x",
        "user: ok",
        "assistant: x",
        "user: ok");
    turn(ids("u1", null, "a1b"), "z", "user: ok", "assistant: x", "user: ok");
    assertEquals(
        List.of("u1 ok < root", "a1 x < u1", "u2 ok < a1", "a2 x < u2", "a2b y < u2", "a1b z < u1"),
        named());
  }

  @Test
  void clone_bringsItsHistoryAlong_andGoesOnByItsOwnIds() {
    turn(
        ids("u3", "a2", "a3"),
        "A3",
        "user: Q1",
        "assistant: A1",
        "user: Q2",
        "assistant: A2",
        "user: Q3");
    turn(ids("u2", "a1", "a2b"), "A2b", "user: Q1", "assistant: A1", "user: Q2");
    turn(ids("u1", null, "a1b"), "A1b", "user: Q1");
    turn(ids("u1c", null, "a1c"), "A1c", "user: Q1 changed");
    assertEquals(
        List.of(
            "* Q1 < root",
            "* A1 < *",
            "* Q2 < *",
            "a2 A2 < *",
            "u3 Q3 < a2",
            "a3 A3 < u3",
            "a2b A2b < *",
            "a1b A1b < *",
            "u1c Q1 changed < root",
            "a1c A1c < u1c"),
        named());
  }

  @Test
  void answerWithoutAWord_isANode_alsoWhereTheNextQuestionComesBeforeItsEnd() {
    OpenTurn stopped = begin(ids("u1", null, "a1"), "user: Q1");
    turn(ids("u2", "a1", "a2"), "A2", "user: Q1", "user: Q2");
    end(stopped, "", AnswerStatus.CANCELLED);
    assertEquals(List.of("u1 Q1 < root", "a1  < u1", "u2 Q2 < a1", "a2 A2 < u2"), named());
    endWithCall(begin(ids("u3", "a2", "a3"), "user: Q1", "user: Q2", "assistant: A2", "user: Q3"));
    turn(
        ids("u4", "a3", "a4"),
        "A4",
        "user: Q1",
        "user: Q2",
        "assistant: A2",
        "user: Q3",
        CALL,
        RESULT,
        "user: Q4");
    assertEquals(
        List.of("* looking < u3", "* R < *", "a3  < *", "u4 Q4 < a3", "a4 A4 < u4"),
        named().subList(5, 10));
  }

  @Test
  void retryThatFailedWithoutAWord_takesNothingAway() {
    turn(ids("u1", null, "a1"), "A1", "user: Q1");
    end(begin(ids("u1", null, "a1"), "user: Q1"), "", AnswerStatus.FAILED);
    assertEquals(List.of("u1 Q1 < root", "a1 A1 < u1"), named());
  }

  @Test
  void imagesOfAnEarlierTool_areNotTakenForTheQuestion() {
    endWithCall(begin(ids("u1", null, "a1"), "user: ok"));
    turn(ids("u1", null, "a1"), "ok", "user: ok", CALL, RESULT, "user: images");
    String[] history = {"user: ok", CALL, RESULT, "user: images", "assistant: ok", "user: ok"};
    turn(ids("u2", "a1", "a2"), "A2", history);
    turn(ids("u2", "a1", "a3"), "A3", history);
    history[4] = "assistant: by hand";
    turn(ids("u2", "a1", "a4"), "A4", history);
    assertEquals(
        List.of("a1 by hand < *", "u2 ok < a1", "a2 A2 < u2", "a3 A3 < u2", "a4 A4 < u2"),
        named().subList(3, 8));
  }

  @Test
  void imagesOfAToolWhoseAnswerSaidNothing_areNotTakenForTheNextQuestion() {
    endWithCall(begin(ids("u1", null, "a1"), "user: ok"));
    end(
        begin(ids("u1", null, "a1"), "user: ok", CALL, RESULT, "user: images"),
        "",
        AnswerStatus.CANCELLED);
    String[] history = {"user: ok", CALL, RESULT, "user: images", "user: ok"};
    turn(ids("u2", "a1", "a2"), "A2", history);
    turn(ids("u2", "a1", "a3"), "A3", history);
    assertEquals(List.of("u2 ok < a1", "a2 A2 < u2", "a3 A3 < u2"), named().subList(4, 7));
  }

  @Test
  void equalQuestionFurtherUp_isNotTakenForTheOneThatIsNamed() {
    String second = CALL.replace("c1", "c2");
    String result = RESULT.replace("c1", "c2");
    turn(ids("u0", null, "a1"), "ok", "user: ok");
    turn(ids("u0", null, "a2"), "ok", "user: ok");
    turn(ids("u3", "a2", "a4"), "ok", "user: ok", "assistant: ok", "user: ok");
    endWithCall(begin(ids("u3", "a2", "a5"), "user: ok", "assistant: ok", "user: ok"));
    end(
        begin(ids("u3", "a2", "a5"), "user: ok", "assistant: ok", "user: ok", CALL, RESULT),
        "",
        AnswerStatus.CANCELLED);
    String[] history = {"user: ok", "assistant: ok", "user: ok", CALL, RESULT, "user: ok"};
    OpenTurn turn = begin(ids("u6", "a5", "a7"), history);
    sessions
        .manager()
        .completeTurn(
            turn,
            List.of(
                new Answer(
                    SessionFixture.messages(second).get(0), "m", null, AnswerStatus.COMPLETED)));
    List<String> lines = new ArrayList<>(List.of(history));
    lines.addAll(List.of(second, result));
    turn(ids("u6", "a5", "a7"), "A7", lines.toArray(String[]::new));
    assertEquals(
        List.of("a5  < *", "u6 ok < a5", "* looking < u6", "* R < *", "a7 A7 < *"),
        named().subList(7, 12));
    assertEquals(12, tree().size());
  }

  @Test
  void failedAnswerWithoutText_isANode_thatIsNeverOnThePath() {
    turn(ids("u1", null, "a1"), "A1", "user: Q1");
    end(
        begin(ids("u2", "a1", "a2"), "user: Q1", "assistant: A1", "user: Q2"),
        "",
        AnswerStatus.FAILED);
    assertEquals("a2  < u2", named().get(3));
    assertEquals(List.of("Q1", "A1"), path());
    turn(ids("u2", "a1", "a2b"), "A2", "user: Q1", "assistant: A1", "user: Q2");
    turn(
        ids("u3", "a2", "a3"),
        "A3",
        "user: Q1",
        "assistant: A1",
        "user: Q2",
        "assistant:",
        "user: Q3");
    assertEquals(List.of("a2b A2 < u2", "u3 Q3 < a2", "a3 A3 < u3"), named().subList(4, 7));
  }

  @Test
  void answerOfAnIdThatIsStored_isANewerVersionOfIt() {
    end(begin(ids("u1", null, "a1"), "user: Q1"), "", AnswerStatus.FAILED);
    turn(ids("u1", null, "a1"), "A1", "user: Q1");
    assertEquals(List.of("u1 Q1 < root", "a1 A1 < u1"), named());
    assertEquals(List.of("Q1", "A1"), path());
  }

  @Test
  void ofSeveralChoices_theFirstGetsTheId() {
    OpenTurn turn = begin(ids("u1", null, "a1"), "user: Q1");
    sessions
        .manager()
        .completeTurn(
            turn,
            List.of(answer("A", AnswerStatus.COMPLETED), answer("B", AnswerStatus.COMPLETED)));
    assertEquals(List.of("u1 Q1 < root", "a1 A < u1", "* B < u1"), named());
  }

  @Test
  void racingTurnsOfOneQuestion_storeItOnce_andEveryAnswer() throws Exception {
    int threads = 8;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      CyclicBarrier start = new CyclicBarrier(threads);
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        String answer = "a" + t;
        running.add(
            executor.submit(
                () -> {
                  start.await();
                  turn(ids("u1", null, answer), "same", "user: Q1");
                  return null;
                }));
      }
      for (Future<?> thread : running) {
        thread.get();
      }
    } finally {
      executor.shutdownNow();
    }
    List<String> tree = named();
    assertEquals(1 + threads, tree.size());
    assertEquals("u1 Q1 < root", tree.get(0));
    assertEquals(threads, tree.stream().skip(1).distinct().filter(n -> n.endsWith("< u1")).count());
    assertNotEquals(tree.get(1), tree.get(2));
  }
}
