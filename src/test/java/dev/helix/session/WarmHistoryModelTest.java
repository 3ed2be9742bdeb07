package dev.helix.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.session.SessionStore.Appended;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.SessionStore.Reading;
import dev.helix.store.MemorySessionStore;
import dev.helix.transcript.Answer;
import dev.helix.transcript.LogVersion;
import dev.helix.transcript.MessageIds;
import dev.helix.transcript.Transcript;
import dev.helix.transcript.tree.IncompleteTreeException;
import dev.helix.transcript.tree.Node;
import dev.helix.transcript.tree.TranscriptTree;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Random conversations, in which each turn is planned with what two servers keep warm, and must be
 * planned as from the whole log. Some are for responses, which keep notes. Other programs write
 * what they like in between.
 */
class WarmHistoryModelTest {
  /** A larger number looks for what was not met yet. */
  private static final int TRIES = 200;

  private static final int QUESTION_BECAME_ANOTHER = 2855;
  private static final int STEPS = 60;
  private static final List<Integer> KEPT = List.of(1000, 3000, (1 << 18));
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private int plans;
  private int plansWithoutReading;
  private int plansAfterCuts;
  private int lookups;

  @Test
  void whatIsKeptWarm_changesNoTurn() {
    for (int seed = 0; seed < TRIES; seed++) {
      play(seed);
    }
    // Else there was nothing to compare.
    assertTrue(plansWithoutReading > plans / 3, plansWithoutReading + " of " + plans);
    assertTrue(plansWithoutReading < plans, "all of " + plans);
    assertTrue(plansAfterCuts > plans / 20, plansAfterCuts + " after cuts, of " + plans);
    assertTrue(lookups > plans, lookups + " lookups, of " + plans);
  }

  /** Another program's newer version has another role, and a client resends what answered it. */
  @Test
  void aQuestionThatIsNoneAnyMore_isNotFoundByItsAnswer() {
    play(QUESTION_BECAME_ANOTHER);
  }

  private void play(int seed) {
    Play play = new Play(new Random(seed), new Random(-1L - seed), new Random(1L << 40 | seed));
    for (int step = 0; step < STEPS; step++) {
      play.step("seed " + seed + ", step " + step);
    }
  }

  /** One conversation. */
  private final class Play {
    private final Random random;

    /** Apart, so that a seed plays the same turns as without them. */
    private final Random checkpoints;

    /** Apart likewise: which turns are for responses, and what these say. */
    private final Random responding;

    /** What the ids of responses end with. */
    private final List<String> responses = new ArrayList<>();

    private final CountedReads reads;
    private final SessionStore store;
    private final SessionId id = new SessionId("conv-c");
    private final SessionState state = SessionState.fresh(id, "c", Owner.ANONYMOUS, NOW);
    private final PlanText text;
    private final RandomSayings says;
    private final int kept;

    /** Each is a server's. */
    private final TranscriptTree[] trees;

    /** Those that were cut, and were not read whole by a plan since. */
    private final Set<TranscriptTree> cuts = new HashSet<>();

    private final List<OpenTurn> turns = new ArrayList<>();

    /** How often something that is no turn happens, in a hundred steps. */
    private final int disorder;

    /** Of so many steps a tree is cut after one. */
    private final int cutting;

    Play(Random random, Random checkpoints, Random responding) {
      this.random = random;
      this.responding = responding;
      this.checkpoints = checkpoints;
      // Ends of a log that hold little, so that they are asked for again.
      int windows = 1 + random.nextInt(64);
      this.reads = new CountedReads(new MemorySessionStore(), bytes -> bytes / windows);
      this.store = reads.store();
      this.text = new PlanText(store, id);
      this.says = new RandomSayings(random, store, id);
      this.kept = says.one(KEPT);
      this.disorder = random.nextInt(3) * 12;
      this.cutting = 1 + random.nextInt(8);
      this.trees = new TranscriptTree[] {new TranscriptTree(kept), new TranscriptTree(kept)};
    }

    private LogReader log() {
      return new LogReader(store, new LogMemory().part());
    }

    void step(String where) {
      int server = random.nextInt(8) == 0 ? 1 : 0;
      if (random.nextInt(100) < disorder) {
        switch (random.nextInt(8)) {
          case 0 -> trees[server] = new TranscriptTree(kept);
          case 1 -> replaceLog();
          default -> append(store.read(id, LogVersion.NONE).version(), says.strange());
        }
      } else if (turns.isEmpty() || random.nextInt(5) == 0) {
        begin(where, trees[server]);
      } else {
        end(where, trees[server]);
      }
      for (TranscriptTree tree : trees) {
        assertTrue(tree.recent().bytes() <= kept, where);
        if (random.nextInt(cutting) == 0) {
          boolean unused = tree.cut() && cuts.add(tree);
        }
      }
    }

    private void begin(String where, TranscriptTree tree) {
      TurnRequest request = responding(says.request());
      int unused = reads.whole();
      TurnPlan plan;
      try {
        plan = TurnPlan.make(log(), tree, id, TurnPlan.readOn(log(), tree, id), request, NOW);
      } catch (WaitingCallException refused) {
        WaitingCallException expected =
            assertThrows(
                WaitingCallException.class,
                () -> WholeHistory.plan(store, id, request, NOW),
                where + ", " + request);
        assertEquals(expected.callId(), refused.callId(), where);
        return;
      }
      boolean warm = reads.whole() == 0;
      if (!warm) {
        cuts.remove(tree);
      }
      TurnPlan expected = WholeHistory.plan(store, id, request, NOW);
      assertEquals(text.of(expected), text.of(plan), where + ", " + request);
      if (request.mode() == HistoryMode.STORED) {
        plans++;
        plansWithoutReading += warm ? 1 : 0;
        plansAfterCuts += warm && cuts.contains(tree) ? 1 : 0;
      }
      LogVersion end = apply(tree, plan.placement().elements());
      if (request.response() != null) {
        assertEquals(id(currentEnd(1)), id(currentEnd(0)), where + ": the path has not changed");
      }
      Instant began = NOW.plusMillis(random.nextInt(100));
      turns.add(plan.open(state, end, length(), request, began, false, Map.of()));
    }

    private void end(String where, TranscriptTree tree) {
      OpenTurn turn = turns.remove(random.nextInt(turns.size()));
      while (checkpoints.nextInt(3) == 0) {
        turn = goingOn(where, tree, turn);
      }
      List<Answer> answers = new ArrayList<>();
      for (int i = random.nextInt(6) == 0 ? 2 : 1; i > 0; i--) {
        answers.add(says.answer());
      }
      if (turn.note() != null && responding.nextBoolean()) {
        String note = turn.note().replace("}", ",\"status\":\"" + responding.nextInt() + "\"}");
        answers.set(0, answers.get(0).withNote(note));
      }
      boolean beside = random.nextInt(20) == 0;
      OpenTurn unused = record(where, tree, turn, answers, beside, false);
    }

    /** The turn after a checkpoint, which may say what others have said meanwhile. */
    private OpenTurn goingOn(String where, TranscriptTree tree, OpenTurn turn) {
      String said = "text " + checkpoints.nextInt(1000);
      Answer soFar = new Answer(Message.of("assistant", said), "m", null, AnswerStatus.CANCELLED);
      return record(where, tree, turn, List.of(soFar), false, true);
    }

    private OpenTurn record(
        String where,
        TranscriptTree tree,
        OpenTurn turn,
        List<Answer> answers,
        boolean beside,
        boolean checkpoint) {
      Reading unused = TurnPlan.readOn(log(), tree, id);
      boolean late = !tree.version().equals(turn.version());
      AnswerElements made =
          AnswerElements.of(log(), tree, turn, answers, late, beside, checkpoint, NOW);
      TranscriptTree whole = WholeHistory.tree(store, id);
      AnswerElements expected =
          AnswerElements.of(log(), whole, turn, answers, late, beside, checkpoint, NOW);
      assertEquals(text.of(expected.elements()), text.of(made.elements()), where);
      LogVersion end = apply(tree, made.elements());
      whole.apply(end, false, made.elements());
      assertSameResponses(tree, whole, where);
      return checkpoint ? turn.goingOn(made.base(), late ? turn.version() : end) : turn;
    }

    /** The request, for a response now and then, which may follow any message. */
    private TurnRequest responding(TurnRequest request) {
      if (responding.nextInt(4) > 0) {
        return request;
      }
      String end = String.format("%016x", responding.nextLong());
      List<Message> all = Transcript.of(store.read(id, LogVersion.NONE).elements()).messages();
      boolean fork = !all.isEmpty() && responding.nextBoolean();
      responses.add(end);
      ResponseNote note =
          new ResponseNote(
              "r-" + end, "{\"id\":\"resp_" + end + "\",\"n\":" + responses.size() + "}", fork);
      TurnRequest asked = request.responding(note);
      if (!fork) {
        return asked;
      }
      int back = responding.nextBoolean() ? 4 : all.size();
      Message parent = all.get(Math.max(0, all.size() - 1 - responding.nextInt(back)));
      MessageIds ids = new MessageIds(asked.ids().question(), parent.id(), asked.ids().answer());
      return new TurnRequest(
          asked.messages(), HistoryMode.STORED, asked.sent(), ids, null, false, false, null, note);
    }

    /** The current path's end, as it was before the last elements. */
    private Message currentEnd(int elements) {
      List<Message> log = store.read(id, LogVersion.NONE).elements();
      return Transcript.of(log.subList(0, log.size() - elements)).currentEnd(true);
    }

    private String id(Message message) {
      return message == null ? null : message.id();
    }

    /** Each response is found as in a tree of all that was written, if the tree knows it. */
    private void assertSameResponses(TranscriptTree tree, TranscriptTree whole, String where) {
      if (!tree.version().equals(whole.version())) {
        return; // What was added made a cut tree doubtful.
      }
      for (String end : responses) {
        Node expected = whole.response(end);
        try {
          Node found = tree.response(end);
          assertEquals(
              expected == null ? null : expected.id(), found == null ? null : found.id(), where);
          lookups += expected == null ? 0 : 1;
        } catch (IncompleteTreeException e) {
          // It was cut, and says that it does not know.
        }
      }
    }

    private long length() {
      return store.read(id, LogVersion.NONE).elements().size();
    }

    private LogVersion apply(TranscriptTree tree, List<Message> elements) {
      LogVersion end = append(tree.version(), elements);
      tree.apply(end, false, elements);
      return end;
    }

    private LogVersion append(LogVersion expected, List<Message> elements) {
      Appended appended = store.append(state, expected, elements, null);
      assertEquals(Outcome.DONE, appended.outcome());
      return appended.version();
    }

    private void replaceLog() {
      List<Message> log = new ArrayList<>(store.read(id, LogVersion.NONE).elements());
      store.delete(id);
      int gone = random.nextInt(3);
      for (int i = 0; i < gone && !log.isEmpty(); i++) {
        log.remove(random.nextInt(log.size()));
      }
      if (random.nextBoolean()) {
        log.replaceAll(
            element ->
                Message.parse(
                    new String(element.elementJson(), UTF_8)
                        .replace("text ", "edited ")
                        .replace("completed", "failed")
                        .getBytes(UTF_8)));
      }
      append(LogVersion.NONE, log);
    }
  }
}
