package dev.helix.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.reliability.CountedTries;
import dev.helix.session.HistoryMode;
import dev.helix.session.OpenTurn;
import dev.helix.session.SentHistory;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SteppingClock;
import dev.helix.session.TurnRequest;
import dev.helix.store.MemorySessionStore;
import dev.helix.transcript.Answer;
import dev.helix.transcript.MessageIds;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/**
 * A client without ids that sends only the end of its history, or a summary in place of what came
 * before: nothing that was said is lost, and it hangs where the longest run that is known ends.
 */
@AddLifecycleHook(CountedTries.class)
class WindowModelTest {
  /** What stands before the window. */
  enum Before {
    NOTHING,
    SYSTEM,
    USER,
    BOTH
  }

  /**
   * A turn.
   *
   * @param back how many turns the person goes back first
   * @param window how many messages are sent
   */
  record Turn(int back, String question, String answer, int window, Before before) {}

  @Property(tries = 2_000, seed = "2026", edgeCases = EdgeCasesMode.NONE)
  void window_isAnchoredAtItsLongestRun_andNothingIsLost(@ForAll("turns") List<Turn> turns) {
    SessionManager manager = new SessionManager(new MemorySessionStore(), new SteppingClock());
    WireTree expected = new WireTree();
    List<Said> branch = new ArrayList<>();
    List<String> played = new ArrayList<>();
    int answers = 0;
    for (Turn turn : turns) {
      int kept = Math.max(0, branch.size() - 2 * turn.back());
      branch.subList(kept, branch.size()).clear();
      branch.add(Said.user(turn.question(), turn.question(), false));
      List<Said> request = request(turn, branch);
      Said answer = Said.answer(turn.answer(), turn.answer(), null);
      played.add(request + " -> " + answer);

      SessionState session = manager.getOrCreateSession(null, "c");
      List<Message> messages = request.stream().map(Said::toMessage).toList();
      OpenTurn open =
          manager.beginTurn(
              session,
              new TurnRequest(messages, HistoryMode.CLIENT, SentHistory.ALL, MessageIds.NONE));
      manager.completeTurn(
          open, List.of(new Answer(answer.toMessage(), "m", "stop", AnswerStatus.COMPLETED)));
      expected.record(expected.place(request), answer, AnswerStatus.COMPLETED);
      branch.add(answer);
      answers++;

      List<Message> stored = manager.transcript(session.sessionId()).messages();
      String account = String.join("\n", played);
      assertEquals(
          expected.outline(false).inOrder(),
          new Stored(manager.transcript(session.sessionId())).outline(false).inOrder(),
          account);
      assertTrue(answers <= stored.stream().filter(m -> m.status() != null).count(), account);
      Message last = stored.get(stored.size() - 1);
      Message asked =
          stored.stream().filter(m -> m.id().equals(last.parentId())).findFirst().orElseThrow();
      assertEquals(turn.answer(), last.text(), account);
      assertEquals(Said.trim(turn.question()), Said.trim(asked.text()), account);
    }
  }

  private static List<Said> request(Turn turn, List<Said> branch) {
    List<Said> request = new ArrayList<>();
    boolean whole = turn.window() >= branch.size();
    if (turn.before() == Before.SYSTEM || turn.before() == Before.BOTH) {
      request.add(Said.system("You are brief."));
    }
    if (!whole && (turn.before() == Before.USER || turn.before() == Before.BOTH)) {
      String summary = "Before that they said ok.";
      request.add(Said.user(summary, summary, false));
    }
    request.addAll(branch.subList(whole ? 0 : branch.size() - turn.window(), branch.size()));
    return request;
  }

  @Provide
  Arbitrary<List<Turn>> turns() {
    Arbitrary<Integer> back =
        Arbitraries.frequencyOf(
            Tuple.of(3, Arbitraries.just(0)), Tuple.of(1, Arbitraries.integers().between(1, 3)));
    return Combinators.combine(
            back,
            Arbitraries.oneOf(Steps.texts(), numbered("Q")),
            Arbitraries.oneOf(Steps.texts(), numbered("A")),
            Arbitraries.integers().between(1, 8),
            Arbitraries.of(Before.values()))
        .as(Turn::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(12);
  }

  private static Arbitrary<String> numbered(String name) {
    return Arbitraries.integers().between(1, 30).map(number -> name + number);
  }
}
