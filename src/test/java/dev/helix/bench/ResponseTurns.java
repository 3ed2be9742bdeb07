package dev.helix.bench;

import static dev.helix.bench.Contenders.OURS;
import static dev.helix.bench.Contenders.OUR_RESPONSES;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.bench.TurnCost.Rounds;
import dev.helix.scripted.Json;
import java.io.IOException;
import java.nio.file.Path;

/** What turns of the Responses API cost over chat turns of the same text, at the same server. */
final class ResponseTurns {
  private static final Goal GOAL = Goal.atMost(1.3);
  private static final int TURNS = 10;
  private static final int FEW_TURNS = 3;
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
      many(contenders, new TurnCost(contenders, folder, full ? 7 : 1, 0), results);
    }
  }

  /** Conversations that take turns and begin with long messages: they do not fit the caches. */
  private void many(Contenders contenders, TurnCost turns, Results results) throws IOException {
    int each = full ? 32 : 2;
    int bytes = 20_000;
    ObjectNode more = Json.object().put("first_message_bytes", bytes).put("in_turn", true);
    String of = (MANY * each) + " conversations in turn, first messages of 20 KB";
    ArrayNode targets = contenders.oursInBothWays(each);
    Rounds whole = turns.run("many", "whole", MANY, FEW_TURNS, targets, more);
    add(results, Key.RESPONSE_ADDED_P50_OVER_CHAT, "many", of, whole, "later_ms");
    Rounds first = turns.run("many-first", "first-20", MANY, FEW_TURNS, targets, more);
    add(results, Key.RESPONSE_FIRST_TOKEN_OVER_CHAT, "many", of, first, "first_event_ms");
  }

  private static void add(Results results, Key key, int callers, Rounds measured, String figure) {
    add(results, key, "" + callers, TurnCost.of(callers), measured, figure);
  }

  private static void add(
      Results results, Key key, String name, String of, Rounds measured, String figure) {
    results.detail(key.label() + "_" + name, measured.toJson());
    results.add(
        key,
        of,
        measured.spread(
            round ->
                Rounds.added(round, OUR_RESPONSES, figure) / Rounds.added(round, OURS, figure)),
        GOAL);
  }
}
