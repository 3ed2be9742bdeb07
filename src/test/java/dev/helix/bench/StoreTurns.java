package dev.helix.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Json;
import dev.helix.session.Answer;
import dev.helix.session.AnswerStatus;
import dev.helix.session.HistoryMode;
import dev.helix.session.Message;
import dev.helix.session.OpenTurn;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.store.SessionStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * Durable turns at the file store, question and answer and one force, as the endpoint records them.
 * Many conversations at once are set against forced appends of the same bytes: by one writer one
 * after the other, by as many writers as there are conversations to a file each, and by these to
 * one file with those that wait written and forced together. A long conversation is set against a
 * short one, on one thread. What is compared takes turns.
 */
final class StoreTurns {
  private static final int CONVERSATIONS = 64;
  private static final int SHORT = 10;
  private static final int LONG = 2000;
  private static final String QUESTION = "q".repeat(200);
  private static final String ANSWER = "a".repeat(1000);

  private final int rounds;
  private final int turns;
  private final int repeats;

  /**
   * A measurement of so many rounds.
   *
   * @param turns of each of the many conversations in a round
   * @param repeats of a long and of a short conversation's turn in a round
   */
  StoreTurns(int rounds, int turns, int repeats) {
    this.rounds = rounds;
    this.turns = turns;
    this.repeats = repeats;
  }

  ObjectNode run(Path folder) throws IOException {
    Files.createDirectories(folder);
    ObjectNode figures = Json.object().put("conversations", CONVERSATIONS).put("rounds", rounds);
    try (SessionManager manager =
        new SessionManager(SessionStores.files(folder.resolve("sessions")), Clock.systemUTC())) {
      sideBySide(manager, new ForcedAppends(folder, turnBytes(folder, manager)), figures);
      longAgainstShort(manager, figures);
    }
    return figures;
  }

  private void sideBySide(SessionManager manager, ForcedAppends appends, ObjectNode figures)
      throws IOException {
    List<SessionState> sessions = conversations(manager, "many", CONVERSATIONS, SHORT);
    List<Double> turnsASecond = new ArrayList<>();
    List<Double> oneWriter = new ArrayList<>();
    List<Double> ownFiles = new ArrayList<>();
    List<Double> oneFile = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int round = -1; round < rounds; round++) {
      double alone = appends.byOneWriter(CONVERSATIONS * turns);
      double recorded =
          Threads.perSecond(CONVERSATIONS, turns, (i, n) -> turn(manager, sessions.get(i)));
      double own = appends.toOwnFiles(CONVERSATIONS, turns);
      double together = appends.together(CONVERSATIONS, turns);
      if (round >= 0) { // The first one only warms up.
        oneWriter.add(alone);
        turnsASecond.add(recorded);
        ownFiles.add(own);
        oneFile.add(together);
        ratios.add(recorded / alone);
      }
    }
    for (SessionState session : sessions) {
      int stored = manager.transcript(session.sessionId()).messages().size();
      if (stored != SHORT + 2 * turns * (rounds + 1)) {
        throw new IllegalStateException(session.sessionId() + " holds " + stored + " messages");
      }
    }
    put(figures, "forced_appends_by_one_writer_a_second", oneWriter);
    put(figures, "forced_appends_to_own_files_a_second", ownFiles);
    put(figures, "forced_appends_together_a_second", oneFile);
    put(figures, "durable_turns_a_second", turnsASecond);
    put(figures, "durable_turns_to_appends_by_one_writer", ratios);
  }

  private void longAgainstShort(SessionManager manager, ObjectNode figures) {
    // A turn makes a conversation longer: there are enough of them that it does not show.
    List<SessionState> shorts = conversations(manager, "short", rounds * repeats / 4, SHORT);
    List<SessionState> longs = conversations(manager, "long", 4, LONG);
    List<Double> briefly = new ArrayList<>();
    List<Double> lengthy = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    int next = 0;
    for (int round = 0; round < rounds; round++) {
      Sample atShort = new Sample();
      Sample atLong = new Sample();
      for (int i = 0; i < repeats; i++) {
        atShort.add(nanos(manager, shorts.get(next % shorts.size())));
        atLong.add(nanos(manager, longs.get(next % longs.size())));
        next++;
      }
      briefly.add(atShort.millis(0.5));
      lengthy.add(atLong.millis(0.5));
      ratios.add(atLong.millis(0.5) / atShort.millis(0.5));
    }
    put(figures, "turn_at_" + SHORT + "_ms", briefly);
    put(figures, "turn_at_" + LONG + "_ms", lengthy);
    put(figures, "turn_at_" + LONG + "_to_" + SHORT, ratios);
  }

  private static long nanos(SessionManager manager, SessionState session) {
    long start = System.nanoTime();
    turn(manager, session);
    return System.nanoTime() - start;
  }

  private static void turn(SessionManager manager, SessionState session) {
    OpenTurn open =
        manager.beginTurn(session, List.of(Message.of("user", QUESTION)), HistoryMode.STORED);
    manager.completeTurn(
        open,
        List.of(
            new Answer(Message.of("assistant", ANSWER), "bench", "stop", AnswerStatus.COMPLETED)));
  }

  private static List<SessionState> conversations(
      SessionManager manager, String name, int count, int messages) {
    List<SessionState> made = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      SessionState session = manager.getOrCreateSession(null, name + "-" + i);
      for (int stored = 0; stored < messages; stored += 2) {
        turn(manager, session);
      }
      made.add(manager.find(session.sessionId()).orElseThrow());
    }
    return made;
  }

  /** How many bytes a turn adds to a transcript. */
  private static int turnBytes(Path folder, SessionManager manager) throws IOException {
    SessionState session = manager.getOrCreateSession(null, "bytes");
    Path file = folder.resolve("sessions/conv-bytes/context/messages.json");
    turn(manager, session);
    long one = Files.size(file);
    turn(manager, session);
    return (int) (Files.size(file) - one);
  }

  private static void put(ObjectNode figures, String name, List<Double> rounds) {
    Spread spread = Spread.of(rounds);
    System.out.println("    " + name + ": " + spread);
    figures.set(name, spread.toJson());
  }
}
