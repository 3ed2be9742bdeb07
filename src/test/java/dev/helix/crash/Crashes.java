package dev.helix.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.packaging.WarProcess;
import dev.helix.reliability.Figures;
import dev.helix.servers.SharedStore;
import dev.helix.session.SessionStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * The server is killed at random moments, while several callers are answered, by chat completions
 * and by responses, and now and then its store with it. The system property {@code
 * helix.crash.kills} says how often in folders, and a twentieth of it in other stores; {@code
 * helix.crash.seed} repeats a run's choices, as far as threads let them be repeated.
 */
final class Crashes {
  private static final int CALLERS = 8;
  private static final int LONGEST_MILLIS = 800;

  static final int KILLS = Integer.getInteger("helix.crash.kills", 12);

  private final int kills;
  private final long seed = Long.getLong("helix.crash.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final String name;
  private final SharedStore store;
  private final Aftermath aftermath;
  private final List<Load> callers = new ArrayList<>();
  private int halfMade;

  /** Crashes of a server on a store; the name is that of the test that makes them. */
  Crashes(String name, int kills, SharedStore store, Aftermath aftermath) {
    this.name = name;
    this.kills = kills;
    this.store = store;
    this.aftermath = aftermath;
  }

  /** Whatever was acknowledged is there, once, and no session needs a hand. */
  void check() throws Exception {
    System.out.println("seed " + seed);
    for (int i = 0; i < CALLERS; i++) {
      callers.add(new Load(random.nextLong()));
    }
    ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
    try (PiecewiseUpstream upstream = new PiecewiseUpstream(random.nextLong())) {
      Set<Chat> touched = Set.of();
      for (int kill = 0; kill < kills; kill++) {
        try (WarProcess server = start(upstream)) {
          goOn(server, touched);
          CompletableFuture<Void> begun = new CompletableFuture<>();
          if (kill % 2 == 0) {
            begun.complete(null); // Perhaps before a turn is acknowledged, else after the first.
          }
          Executor later =
              CompletableFuture.delayedExecutor(
                  random.nextInt(LONGEST_MILLIS), TimeUnit.MILLISECONDS);
          Future<?> killed = begun.thenRunAsync(server::kill, later);
          touched = load(server, threads, () -> begun.complete(null));
          killed.get(1, TimeUnit.MINUTES);
        }
        if (kill % 2 == 1) {
          store.kill().run();
          store.restart().run();
        }
        halfMade += aftermath.halfMade() > 0 ? 1 : 0;
      }
      try (WarProcess server = start(upstream)) {
        // Every conversation, also one whose state was being written when it was not talked in.
        goOn(server, new LinkedHashSet<>(allChats()));
        assertEquals(143, server.terminate().get());
      }
      end();
    } finally {
      threads.shutdownNow();
    }
  }

  private WarProcess start(PiecewiseUpstream upstream) {
    Map<String, String> environment = store.environment();
    environment.put("HELIX_UPSTREAM_URL", upstream.baseUrl().toString());
    // A killed server's lease runs out before the next one is asked.
    environment.put("HELIX_HISTORY_LEASE", "1s");
    // So that kills come while what has come of an answer is recorded, too.
    environment.put("HELIX_ANSWER_CHECKPOINT", "10ms");
    return WarProcess.start(environment);
  }

  /** All callers ask until the server is gone; the conversations they had with it. */
  private Set<Chat> load(WarProcess server, ExecutorService threads, Runnable onAcknowledged)
      throws Exception {
    callers.forEach(caller -> caller.moveTo(server.url(), onAcknowledged));
    Set<Chat> used = new LinkedHashSet<>();
    for (Future<Set<Chat>> caller : threads.invokeAll(callers)) {
      used.addAll(caller.get());
    }
    return used;
  }

  /** After the restart each conversation goes on, and then all of it is as was acknowledged. */
  private void goOn(WarProcess server, Set<Chat> chats) throws IOException {
    assertEquals(0, aftermath.halfMade());
    try (SessionStore beside = store.openToRead()) {
      for (Chat chat : chats) {
        boolean asked = chat.turn(server.url(), random.nextBoolean(), random.nextBoolean(), 10);
        assertTrue(asked, server::output);
        aftermath.check(beside, chat);
        chat.checkResponses(server.url());
      }
      aftermath.checkListing(beside, allChats());
    }
  }

  private List<Chat> allChats() {
    return callers.stream().flatMap(caller -> caller.chats().stream()).toList();
  }

  /** Once more, after an orderly end, all that ever was. */
  private void end() throws IOException {
    try (SessionStore beside = store.openToRead()) {
      for (Chat chat : allChats()) {
        aftermath.check(beside, chat);
      }
    }
    aftermath.checkNothingBesides();
    int acknowledged = callers.stream().mapToInt(Load::acknowledged).sum();
    int responses = allChats().stream().mapToInt(Chat::responses).sum();
    int brokenOff = callers.stream().mapToInt(Load::brokenOff).sum();
    assertTrue(acknowledged >= kills / 2, acknowledged + " turns were acknowledged");
    Figures.leave(
        name,
        "%,d kills, %,d conversations, %,d turns acknowledged, %,d responses read again, %,d broken off, %d torn transcripts repaired, %d sessions half made; lost: 0"
            .formatted(
                kills,
                allChats().size(),
                acknowledged,
                responses,
                brokenOff,
                aftermath.repaired(),
                halfMade));
  }
}
