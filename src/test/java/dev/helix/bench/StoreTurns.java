package dev.helix.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.message.Message;
import dev.helix.scripted.Json;
import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStatus;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Appended;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.SessionStore.Reading;
import dev.helix.session.Step;
import dev.helix.store.files.FileSessionStore;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Durable turns at the file store: what the endpoint asks of it for a turn whose answer comes at
 * once, to look for the session, append the question, look again, append the answer and force both.
 * Many conversations at once are set against forced appends of the same bytes: by one writer one
 * after the other, by as many writers as there are conversations to a file each, and by these to
 * one file with those that wait written and forced together. A long conversation is set against a
 * short one, on one thread, by the time of the processor. What is compared takes turns.
 */
final class StoreTurns {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int CONVERSATIONS = 64;
  private static final int SHORT = 10;
  private static final int LONG = 2000;
  private static final int WARM_UP = 2;
  private static final String QUESTION = "q".repeat(200);
  private static final String ANSWER = "a".repeat(1000);

  private final int rounds;
  private final int turns;
  private final int warmUp;
  private final int repeats;

  /**
   * A measurement of so many rounds.
   *
   * @param turns of each of the many conversations in a round
   * @param warmUp turns of each of as many others, before the rounds
   * @param repeats of a long and of a short conversation's turn in a round
   */
  StoreTurns(int rounds, int turns, int warmUp, int repeats) {
    this.rounds = rounds;
    this.turns = turns;
    this.warmUp = warmUp;
    this.repeats = repeats;
  }

  void run(Path folder, Results results) throws IOException {
    Files.createDirectories(folder);
    ObjectNode figures = Json.object().put("conversations", CONVERSATIONS).put("rounds", rounds);
    try (SessionStore store = FileSessionStore.open(folder.resolve("sessions"))) {
      Spread ratio =
          sideBySide(store, new ForcedAppends(folder, turnBytes(folder, store)), figures);
      results.add(
          Key.DURABLE_TURNS_OVER_FSYNC, CONVERSATIONS + " conversations", ratio, Goal.atLeast(1));
    }
    results.detail("store_turns", figures);
  }

  /** What a turn of a long conversation takes of the processor, over one of a short one. */
  void longOverShort(Path folder, Results results) {
    ObjectNode figures = Json.object().put("rounds", rounds);
    try (SessionStore store = FileSessionStore.open(folder)) {
      Spread ratio = longAgainstShort(store, figures);
      results.add(Key.TURN_2000_OVER_10, "CPU at the store alone", ratio, Goal.atMost(1.3));
    }
    results.detail("store_turns_long_over_short", figures);
  }

  private Spread sideBySide(SessionStore store, ForcedAppends appends, ObjectNode figures)
      throws IOException {
    List<Conversation> before = conversations(store, "before", CONVERSATIONS, SHORT);
    double unused = Threads.perSecond(CONVERSATIONS, warmUp, (i, n) -> before.get(i).turn());
    List<Conversation> sessions = conversations(store, "many", CONVERSATIONS, SHORT);
    List<Double> turnsASecond = new ArrayList<>();
    List<Double> oneWriter = new ArrayList<>();
    List<Double> ownFiles = new ArrayList<>();
    List<Double> oneFile = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int round = -1; round < rounds; round++) {
      double alone = appends.byOneWriter(CONVERSATIONS * turns);
      double recorded = Threads.perSecond(CONVERSATIONS, turns, (i, n) -> sessions.get(i).turn());
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
    for (Conversation session : sessions) {
      if (session.stored() != SHORT + 2 * turns * (rounds + 1)) {
        throw new IllegalStateException("a transcript holds " + session.stored() + " messages");
      }
    }
    put(figures, "forced_appends_by_one_writer_a_second", oneWriter);
    put(figures, "forced_appends_to_own_files_a_second", ownFiles);
    put(figures, "forced_appends_together_a_second", oneFile);
    put(figures, "durable_turns_a_second", turnsASecond);
    return Spread.of(ratios);
  }

  private Spread longAgainstShort(SessionStore store, ObjectNode figures) {
    // A turn makes a conversation longer: there are enough of them that it does not show.
    List<Conversation> shorts =
        conversations(store, "short", (rounds + WARM_UP) * repeats / 4, SHORT);
    List<Conversation> longs = conversations(store, "long", 4, LONG);
    List<Double> briefly = new ArrayList<>();
    List<Double> lengthy = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    int next = 0;
    for (int round = -WARM_UP; round < rounds; round++) {
      Sample atShort = new Sample();
      Sample atLong = new Sample();
      for (int i = 0; i < repeats; i++) {
        atShort.add(nanos(shorts.get(next % shorts.size())));
        atLong.add(nanos(longs.get(next % longs.size())));
        next++;
      }
      if (round >= 0) {
        briefly.add(atShort.millis(0.5));
        lengthy.add(atLong.millis(0.5));
        ratios.add(atLong.millis(0.5) / atShort.millis(0.5));
      }
    }
    put(figures, "cpu_at_" + SHORT + "_ms", briefly);
    put(figures, "cpu_at_" + LONG + "_ms", lengthy);
    return Spread.of(ratios);
  }

  private static long nanos(Conversation conversation) {
    long start = THREADS.getCurrentThreadCpuTime();
    conversation.turn();
    return THREADS.getCurrentThreadCpuTime() - start;
  }

  private static List<Conversation> conversations(
      SessionStore store, String name, int count, int messages) {
    List<Conversation> made = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Conversation conversation = new Conversation(store, name + "-" + i);
      for (int stored = 0; stored < messages; stored += 2) {
        conversation.append("user", QUESTION);
        conversation.append("assistant", ANSWER);
      }
      store.force(conversation.id);
      made.add(conversation);
    }
    return made;
  }

  /** How many bytes a turn adds to a transcript. */
  private static int turnBytes(Path folder, SessionStore store) throws IOException {
    Conversation conversation = new Conversation(store, "bytes");
    Path file = folder.resolve("sessions/conv-bytes/context/messages.json");
    conversation.turn();
    long one = Files.size(file);
    conversation.turn();
    return (int) (Files.size(file) - one);
  }

  /** A session and how far its log is known. Used by one thread at a time. */
  private static final class Conversation {
    private final SessionStore store;
    private final SessionId id;
    private final String name;
    private LogVersion version = LogVersion.NONE;
    private String last;

    Conversation(SessionStore store, String name) {
      this.store = store;
      this.name = name;
      this.id = new SessionId("conv-" + name);
    }

    void turn() {
      append("user", QUESTION);
      Reading none = store.read(id, version);
      if (!none.elements().isEmpty()) {
        throw new IllegalStateException("a transcript that nobody else uses has grown");
      }
      append("assistant", ANSWER);
      store.force(id);
    }

    private void append(String role, String text) {
      Instant now = Instant.now();
      SessionState state = store.find(id).orElseGet(() -> fresh(now)).withUpdatedAt(now);
      ObjectNode element = Json.message(role, text).put("id", "m-" + UUID.randomUUID());
      element.put("parent_id", last).put("timestamp", now.toString());
      Message message = Message.parse(element.toString().getBytes(StandardCharsets.UTF_8));
      Appended appended = store.append(state, version, List.of(message), null);
      if (appended.outcome() != Outcome.DONE) {
        throw new IllegalStateException("an append was not done: " + appended.outcome());
      }
      version = appended.version();
      last = message.id();
    }

    private SessionState fresh(Instant now) {
      return new SessionState(
          id, SessionStatus.DISCUSSING, Step.WHAT, now, now, QUESTION, null, name, Owner.ANONYMOUS);
    }

    int stored() {
      return store.read(id, LogVersion.NONE).elements().size();
    }
  }

  private static void put(ObjectNode figures, String name, List<Double> rounds) {
    Spread spread = Spread.of(rounds);
    System.out.println("    " + name + ": " + spread);
    figures.set(name, spread.toJson());
  }
}
