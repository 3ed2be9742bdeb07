package dev.helix.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.helix.message.AnswerStatus;
import dev.helix.message.ElementFields;
import dev.helix.message.Message;
import dev.helix.session.CacheShare;
import dev.helix.session.HistoryMode;
import dev.helix.session.OpenTurn;
import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStatus;
import dev.helix.session.SessionStore;
import dev.helix.session.TurnRequest;
import dev.helix.store.files.FileSessionStore;
import dev.helix.transcript.Answer;
import dev.helix.transcript.LogVersion;
import dev.helix.transcript.MessageIds;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The processor's time for turns with stored history in folders, of this whole process: over more
 * conversations than the memory holds, and in conversations that began with a long message. What is
 * compared takes turns.
 */
final class TurnCpu {
  private static final int MESSAGES = 2000;
  private static final int LIMIT = 4;
  private static final int SHORT = 200;
  private static final int LONG = 1 << 20;
  private static final CacheShare LITTLE = new CacheShare(CacheShare.LEAST);
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final int rounds;
  private final int turns;

  /** A measurement of so many rounds with so many turns of each kind. */
  TurnCpu(int rounds, int turns) {
    this.rounds = rounds;
    this.turns = turns;
  }

  void run(Path folder, Results results) throws IOException {
    try (Conversations few = new Conversations(folder.resolve("few"), 20);
        Conversations many = new Conversations(folder.resolve("many"), 200)) {
      few.store(MESSAGES);
      many.store(MESSAGES);
      results.add(
          Key.CPU_STORED_200_OVER_20,
          "2,000 messages each, 4 sent, in turn; trees in 1 % of the heap",
          compare(many, few),
          Goal.atMost(1.3));
    }
    try (Conversations brief = new Conversations(folder.resolve("brief"), 20);
        Conversations lengthy = new Conversations(folder.resolve("lengthy"), 20)) {
      brief.begin(SHORT);
      lengthy.begin(LONG);
      results.add(
          Key.CPU_FIRST_MESSAGE_1MB_OVER_200B,
          "20 conversations in turn, 4 messages sent",
          compare(lengthy, brief),
          Goal.atMost(1.2));
    }
  }

  private Spread compare(Conversations one, Conversations other) {
    // As much again before anything counts, so that it is compiled, and each was met.
    double unused = one.millis(Math.max(turns, one.size())) + other.millis(turns);
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      ratios.add(one.millis(turns) / other.millis(turns));
    }
    return Spread.of(ratios);
  }

  /** Stored conversations, which take turns. */
  private static final class Conversations implements AutoCloseable {
    private final SessionStore store;
    private final SessionManager manager;
    private final List<String> ids = new ArrayList<>();
    private int next;

    Conversations(Path folder, int count) {
      store = FileSessionStore.open(folder);
      manager = new SessionManager(store, Clock.systemUTC(), LITTLE);
      for (int c = 0; c < count; c++) {
        ids.add("c" + c);
      }
    }

    /** Stores a chain of so many messages in each. */
    void store(int messages) {
      Instant now = Clock.systemUTC().instant();
      for (String id : ids) {
        SessionState state =
            SessionState.fresh(new SessionId("conv-" + id), id, Owner.ANONYMOUS, now)
                .withStatus(SessionStatus.DISCUSSING);
        store.append(state, LogVersion.NONE, chain(messages, now), null);
      }
    }

    private static List<Message> chain(int messages, Instant now) {
      List<Message> chain = new ArrayList<>();
      String parent = null;
      for (int i = 0; i < messages; i++) {
        String id = "m-" + new UUID(messages, i);
        boolean asks = i % 2 == 0;
        ElementFields fields =
            asks
                ? ElementFields.node(id, parent, now)
                : ElementFields.answer(id, parent, now, "bench", "stop", AnswerStatus.COMPLETED);
        chain.add(Message.of(asks ? "user" : "assistant", text(i, SHORT)).as(fields));
        parent = id;
      }
      return chain;
    }

    private static String text(int number, int length) {
      return number + " " + "word ".repeat(length / 5);
    }

    /** Begins each with a question of so many characters, and asks further ones. */
    void begin(int length) {
      for (String id : ids) {
        for (int turn = 0; turn < LIMIT; turn++) {
          OpenTurn unused = turn(id, text(turn, turn == 0 ? length : SHORT));
        }
      }
    }

    int size() {
      return ids.size();
    }

    /** The processor's time of so many turns. */
    double millis(int turns) {
      long begun = PROCESS.getProcessCpuTime();
      for (int i = 0; i < turns; i++) {
        String id = ids.get(next++ % ids.size());
        OpenTurn turn = turn(id, "Question " + next);
        if (turn.history().size() != LIMIT) {
          throw new IllegalStateException("a turn sent " + turn.history().size() + " messages");
        }
      }
      return (PROCESS.getProcessCpuTime() - begun) / 1e6;
    }

    private OpenTurn turn(String id, String question) {
      List<Message> asked = List.of(Message.of("user", question));
      OpenTurn turn =
          manager.beginTurn(
              manager.getOrCreateSession(null, id),
              new TurnRequest(asked, HistoryMode.STORED, LIMIT, MessageIds.NONE));
      Answer answer =
          new Answer(
              Message.of("assistant", "An answer."), "bench", "stop", AnswerStatus.COMPLETED);
      SessionState unused = manager.completeTurn(turn, List.of(answer));
      return turn;
    }

    @Override
    public void close() {
      manager.close();
    }
  }
}
