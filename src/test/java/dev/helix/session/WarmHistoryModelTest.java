package dev.helix.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
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
import dev.helix.transcript.tree.TranscriptTree;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Random conversations, in which each turn is planned with what two servers keep warm, and must be
 * planned as from the whole log. Other programs write what they like in between.
 */
class WarmHistoryModelTest {
  /** A larger number looks for what was not met yet. */
  private static final int TRIES = 200;

  private static final int QUESTION_BECAME_ANOTHER = 2855;
  private static final int STEPS = 60;
  private static final int ANY = Integer.MAX_VALUE;
  private static final List<SentHistory> LIMITS =
      List.of(
          SentHistory.ofMessages(1),
          SentHistory.ofMessages(2),
          SentHistory.ofMessages(3),
          SentHistory.ofMessages(4),
          new SentHistory(ANY, Long.MAX_VALUE, 600, false),
          SentHistory.ofMessages(6),
          SentHistory.ofMessages(9),
          new SentHistory(ANY, 1, false),
          new SentHistory(ANY, 60, false),
          new SentHistory(ANY, 120, true),
          new SentHistory(6, 120, false),
          new SentHistory(4, 500, false),
          new SentHistory(ANY, 1000, false),
          SentHistory.ALL);
  private static final List<Integer> KEPT = List.of(1000, 3000, (1 << 18));
  private static final List<AnswerStatus> STATUSES = List.of(AnswerStatus.values());
  private static final List<String> ROLES =
      List.of("user", "user", "assistant", "assistant", "assistant", "tool", "system", "developer");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final String TASK = "### Task:\\nSay so.\\n### Output:\\nJSON { }";

  private int plans;
  private int plansWithoutReading;
  private int plansAfterCuts;

  @Test
  void whatIsKeptWarm_changesNoTurn() {
    for (int seed = 0; seed < TRIES; seed++) {
      play(seed);
    }
    // Else there was nothing to compare.
    assertTrue(plansWithoutReading > plans / 3, plansWithoutReading + " of " + plans);
    assertTrue(plansWithoutReading < plans, "all of " + plans);
    assertTrue(plansAfterCuts > plans / 20, plansAfterCuts + " after cuts, of " + plans);
  }

  /** Another program's newer version has another role, and a client resends what answered it. */
  @Test
  void aQuestionThatIsNoneAnyMore_isNotFoundByItsAnswer() {
    play(QUESTION_BECAME_ANOTHER);
  }

  private void play(int seed) {
    Play play = new Play(new Random(seed), new Random(-1L - seed));
    for (int step = 0; step < STEPS; step++) {
      play.step("seed " + seed + ", step " + step);
    }
  }

  /** One conversation. */
  private final class Play {
    private final Random random;

    /** Apart, so that a seed plays the same turns as without them. */
    private final Random checkpoints;

    private final CountedReads reads;
    private final SessionStore store;
    private final SessionId id = new SessionId("conv-c");
    private final SessionState state = SessionState.fresh(id, "c", Owner.ANONYMOUS, NOW);
    private final PlanText text;
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

    Play(Random random, Random checkpoints) {
      this.random = random;
      this.checkpoints = checkpoints;
      // Ends of a log that hold little, so that they are asked for again.
      int windows = 1 + random.nextInt(64);
      this.reads = new CountedReads(new MemorySessionStore(), bytes -> bytes / windows);
      this.store = reads.store();
      this.text = new PlanText(store, id);
      this.kept = one(KEPT);
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
          default -> append(store.read(id, LogVersion.NONE).version(), strange());
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
      TurnRequest request = request();
      int unused = reads.whole();
      TurnPlan plan =
          TurnPlan.make(log(), tree, id, TurnPlan.readOn(log(), tree, id), request, NOW);
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
      apply(tree, plan.placement().elements());
      Instant began = NOW.plusMillis(random.nextInt(100));
      turns.add(plan.open(state, tree.version(), length(), request, began, false));
    }

    private void end(String where, TranscriptTree tree) {
      OpenTurn turn = turns.remove(random.nextInt(turns.size()));
      while (checkpoints.nextInt(3) == 0) {
        turn = goingOn(where, tree, turn);
      }
      List<Answer> answers = new ArrayList<>();
      for (int i = random.nextInt(6) == 0 ? 2 : 1; i > 0; i--) {
        answers.add(answer());
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
      apply(tree, made.elements());
      return checkpoint ? turn.goingOn(made.base(), late ? turn.version() : tree.version()) : turn;
    }

    private long length() {
      return store.read(id, LogVersion.NONE).elements().size();
    }

    private void apply(TranscriptTree tree, List<Message> elements) {
      tree.apply(append(tree.version(), elements), false, elements);
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

    private TurnRequest request() {
      List<Message> messages = new ArrayList<>();
      if (random.nextInt(5) == 0) {
        messages.add(message("system", "S" + random.nextInt(3)));
      }
      switch (random.nextInt(10)) {
        case 0 -> messages.addAll(someBranch());
        case 1 -> {
          messages.addAll(someBranch());
          messages.add(message("user", text()));
        }
        case 2 -> {
          messages.add(message("user", text()));
          messages.add(message("assistant", text()));
          messages.add(message("user", text()));
        }
        case 3 -> messages.add(result());
        case 4 -> {
          messages.add(result());
          messages.add(result());
        }
        default -> messages.add(message("user", text()));
      }
      HistoryMode mode = random.nextInt(6) == 0 ? HistoryMode.CLIENT : HistoryMode.STORED;
      MessageIds ids =
          random.nextInt(3) > 0
              ? MessageIds.NONE
              : new MessageIds(someId(), someId(), random.nextBoolean() ? someId() : null);
      boolean aside = mode == HistoryMode.CLIENT && random.nextInt(4) == 0;
      return new TurnRequest(messages, mode, one(LIMITS), ids).asAside(aside);
    }

    /** The messages down to one that is stored, as a client would send them. */
    private List<Message> someBranch() {
      Transcript transcript = Transcript.of(store.read(id, LogVersion.NONE).elements());
      List<Message> messages = transcript.messages();
      Message end = messages.isEmpty() ? null : messages.get(random.nextInt(messages.size()));
      end = random.nextBoolean() ? transcript.currentEnd(false) : end;
      return transcript.pathTo(end).stream()
          .map(message -> Message.parse(message.wireJson()))
          .toList();
    }

    private Answer answer() {
      AnswerStatus status = random.nextInt(3) > 0 ? AnswerStatus.COMPLETED : one(STATUSES);
      Message message =
          random.nextInt(6) == 0
              ? call()
              : message("assistant", random.nextInt(8) == 0 ? "" : text());
      return new Answer(message, "m", "stop", status);
    }

    private Message call() {
      String second = random.nextInt(4) == 0 ? ",{\"id\":\"c" + random.nextInt(3) + "\"}" : "";
      return json(
          "\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c"
              + random.nextInt(3)
              + "\"}"
              + second
              + "]");
    }

    private Message result() {
      return json(
          "\"role\":\"tool\",\"tool_call_id\":\"c" + random.nextInt(3) + "\",\"content\":\"R\"");
    }

    private Message message(String role, String text) {
      String space = random.nextInt(4) == 0 ? " \n " : "";
      return json(
          "\"role\":\""
              + role
              + "\","
              + space
              + "\"content\":"
              + space
              + "\""
              + text
              + "\""
              + space);
    }

    private String text() {
      String text = random.nextInt(6) == 0 ? "same" : "text " + random.nextInt(1000);
      return switch (random.nextInt(12)) {
        case 0 -> text + " long".repeat(random.nextInt(200));
        case 1 -> "<think>why</think>" + text;
        case 2 -> "\\u00e9 " + text;
        default -> text;
      };
    }

    /** What another program may write: some of it fits the tree, some makes no sense. */
    private List<Message> strange() {
      List<Message> elements = new ArrayList<>();
      for (int i = random.nextInt(3); i >= 0; i--) {
        Map<String, String> fields = new LinkedHashMap<>();
        put(fields, "id", random.nextInt(4) == 0 ? null : someId());
        switch (random.nextInt(5)) {
          case 0 -> fields.put("parent_id", "null");
          case 1 -> put(fields, "parent_id", null);
          default -> put(fields, "parent_id", someId());
        }
        if (random.nextInt(3) == 0) {
          put(fields, "status", one(STATUSES).wireName());
        }
        put(fields, "role", one(ROLES));
        String text = random.nextInt(10) == 0 ? " " : random.nextInt(4) == 0 ? TASK : text();
        put(fields, "content", text);
        if (random.nextInt(8) == 0) {
          fields.put("tool_calls", one(List.of("[]", "[7]", "[{\"id\":\"c1\"},7]")));
        }
        StringBuilder json = new StringBuilder();
        fields.forEach((name, value) -> json.append(",\"" + name + "\":" + value));
        elements.add(json(json.substring(1)));
      }
      return elements;
    }

    private <T> T one(List<T> choices) {
      return choices.get(random.nextInt(choices.size()));
    }

    private static void put(Map<String, String> fields, String name, String value) {
      if (value != null) {
        fields.put(name, "\"" + value + "\"");
      }
    }

    /** An id that is stored, or one that may yet be. */
    private String someId() {
      if (random.nextInt(3) == 0) {
        return random.nextInt(4) == 0 ? "element-" + random.nextInt(20) : "n" + random.nextInt(12);
      }
      List<Message> all = Transcript.of(store.read(id, LogVersion.NONE).elements()).messages();
      // Mostly one of the newest.
      int back = random.nextBoolean() ? 4 : all.size();
      return all.isEmpty()
          ? "n0"
          : all.get(Math.max(0, all.size() - 1 - random.nextInt(back))).id();
    }
  }

  private static Message json(String fields) {
    return Message.parse(("{" + fields + "}").getBytes(UTF_8));
  }
}
