package dev.helix.bench;

import static dev.helix.bench.Contenders.OURS;
import static dev.helix.bench.Contenders.OUR_RESPONSES;

import dev.helix.bench.TurnCost.Rounds;
import java.io.IOException;
import java.nio.file.Path;

/** What turns of the Responses API cost over chat turns of the same text, at the same server. */
final class ResponseTurns {
  private static final Goal GOAL = Goal.atMost(1.3);
  private static final int TURNS = 10;
  private static final int MANY = 64;

  private final boolean full;

  ResponseTurns(boolean full) {
    this.full = full;
  }

  void run(Path folder, Results results) throws IOException {
    try (Contenders contenders = new Contenders(folder, null)) {
      TurnCost warm = new TurnCost(contenders, folder, 1, 0);
      int conversations = full ? 60 : 1;
      Rounds unused =
          warm.run("warm", "whole", MANY, TURNS, contenders.oursInBothWays(conversations));
      unused =
          warm.run("warm-s", "burst-20", MANY, TURNS, contenders.oursInBothWays(conversations));
      TurnCost turns = new TurnCost(contenders, folder, full ? 15 : 2, full ? 1 : 0);
      for (int callers : new int[] {1, MANY}) {
        int each = !full ? 1 : callers == 1 ? 20 : 2;
        Rounds whole =
            turns.run("whole-" + callers, "whole", callers, TURNS, contenders.oursInBothWays(each));
        add(results, Key.RESPONSE_ADDED_P50_OVER_CHAT, callers, whole, "later_ms");
        Rounds first =
            turns.run(
                "first-" + callers, "first-20", callers, TURNS, contenders.oursInBothWays(each));
        add(results, Key.RESPONSE_FIRST_TOKEN_OVER_CHAT, callers, first, "first_event_ms");
      }
    }
  }

  private static void add(Results results, Key key, int callers, Rounds measured, String figure) {
    results.detail(key.label() + "_" + callers, measured.toJson());
    results.add(
        key,
        TurnCost.of(callers),
        measured.spread(
            round ->
                Rounds.added(round, OUR_RESPONSES, figure) / Rounds.added(round, OURS, figure)),
        GOAL);
  }
}
