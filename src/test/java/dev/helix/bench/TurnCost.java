package dev.helix.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What a durable turn that is not streamed costs above the same turn straight to the upstream. */
final class TurnCost {
  static final int TEXT_LENGTH = 900;

  private final int rounds;
  private final int conversations;

  TurnCost(int rounds, int conversations) {
    this.rounds = rounds;
    this.conversations = conversations;
  }

  ObjectNode run(BenchServer server, int callers) throws IOException {
    String name = "turns-" + callers;
    JsonNode measured;
    try (Child load =
        Child.start(
            TurnLoad.class,
            server.url().toString(),
            server.upstreamUrl().toString(),
            "" + callers,
            "" + rounds,
            "" + conversations,
            server.sessions().getParent().toString(),
            name)) {
      measured = Json.read(load.line());
    }
    for (int round = 0; round < TurnLoad.allRounds(rounds); round++) {
      for (int caller = 0; caller < callers; caller++) {
        for (int conversation = 0; conversation < conversations; conversation++) {
          server
              .transcripts()
              .check(TurnLoad.id(name, round, caller, conversation), TurnLoad.TURNS);
        }
      }
    }
    ObjectNode figures = Json.object().put("callers", callers).put("rounds", rounds);
    put(figures, "straight_ms", measured, r -> r.path("straight_ms").asDouble());
    put(figures, "later_turn_ms", measured, r -> r.path("later_ms").asDouble());
    put(figures, "first_turn_ms", measured, r -> r.path("first_ms").asDouble());
    put(figures, "later_turn_p99_ms", measured, r -> r.path("later_p99_ms").asDouble());
    put(figures, "forced_write_ms", measured, r -> r.path("forced_write_ms").asDouble());
    put(
        figures,
        "later_turn_less_straight_ms",
        measured,
        r -> r.path("later_ms").asDouble() - r.path("straight_ms").asDouble());
    put(
        figures,
        "first_turn_less_straight_ms",
        measured,
        r -> r.path("first_ms").asDouble() - r.path("straight_ms").asDouble());
    put(
        figures,
        "later_turn_less_straight_in_forced_writes",
        measured,
        r ->
            (r.path("later_ms").asDouble() - r.path("straight_ms").asDouble())
                / r.path("forced_write_ms").asDouble());
    return figures;
  }

  private static void put(
      ObjectNode figures, String name, JsonNode rounds, ToDoubleFunction<JsonNode> figure) {
    List<Double> values = new ArrayList<>();
    rounds.forEach(round -> values.add(figure.applyAsDouble(round)));
    Spread spread = Spread.of(values);
    System.out.println("    " + name + ": " + spread);
    figures.set(name, spread.toJson());
  }
}
