package dev.helix.bench;

import static dev.helix.bench.Contenders.DURABLE_SERVLET;
import static dev.helix.bench.Contenders.FOLDERS_SERVLET;
import static dev.helix.bench.Contenders.LITELLM;
import static dev.helix.bench.Contenders.NGINX;
import static dev.helix.bench.Contenders.OURS;
import static dev.helix.bench.Contenders.OUR_RESPONSES;
import static dev.helix.bench.Contenders.STRAIGHT;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What a turn costs through each of the {@link Contenders}, in rounds in which they take turns. The
 * turns that count go on in a conversation; those that begin one are measured besides.
 */
final class TurnCost {
  /** The generator and the upstream alone must do this many times what they do through a server. */
  private static final double HEADROOM = 1.5;

  private static final int MANY = 64;

  /** Of each conversation: the first makes the session, the others go on. */
  private static final int TURNS = 10;

  private final Contenders contenders;
  private final Path folder;
  private final int rounds;
  private final int warmUp;

  /**
   * Measurements of so many rounds each.
   *
   * @param folder on the disk whose forced writes are measured
   * @param warmUp rounds before those that count
   */
  TurnCost(Contenders contenders, Path folder, int rounds, int warmUp) {
    this.contenders = contenders;
    this.folder = folder;
    this.rounds = rounds;
    this.warmUp = warmUp;
  }

  /** Of each round the figures of each target by its name, and the disk's. */
  record Rounds(JsonNode all) {
    /** The middle of what the function gives for each round. */
    Spread spread(ToDoubleFunction<JsonNode> figure) {
      List<Double> values = new ArrayList<>();
      all.forEach(round -> values.add(figure.applyAsDouble(round)));
      return Spread.of(values);
    }

    Spread spread(String target, String figure) {
      return spread(round -> of(round, target, figure));
    }

    static double of(JsonNode round, String target, String figure) {
      JsonNode value = round.path(target).path(figure);
      if (!value.isNumber()) {
        throw new IllegalStateException("no " + figure + " of " + target + " in " + round);
      }
      return value.asDouble();
    }

    /** What a target adds to going straight to the upstream. */
    static double added(JsonNode round, String target, String figure) {
      return of(round, target, figure) - of(round, STRAIGHT, figure);
    }

    /** What a target adds over what nginx adds and one fdatasync. */
    Spread addedOverNginx(String target, String figure) {
      return spread(
          round ->
              added(round, target, figure)
                  / (added(round, NGINX, figure) + round.path("fdatasync_ms").asDouble()));
    }

    /** What a target adds over what the least servlet adds that keeps what is said. */
    Spread addedOverDurable(String target, String figure) {
      return spread(round -> added(round, target, figure) / added(round, DURABLE_SERVLET, figure));
    }

    /** What LiteLLM adds to the median over what a target adds. */
    Spread liteLlmOver(String target) {
      return spread(round -> added(round, LITELLM, "later_ms") / added(round, target, "later_ms"));
    }

    /** The requests a second of a target over LiteLLM's. */
    Spread ratesOverLiteLlm(String target) {
      return spread(round -> of(round, target, "per_second") / of(round, LITELLM, "per_second"));
    }

    boolean has(String target) {
      return all.path(0).has(target);
    }

    ObjectNode toJson() {
      ObjectNode json = Json.object();
      for (Map.Entry<String, JsonNode> target : all.path(0).properties()) {
        if (target.getValue().isObject()) {
          ObjectNode figures = Json.object();
          for (Map.Entry<String, JsonNode> figure : target.getValue().properties()) {
            figures.set(figure.getKey(), spread(target.getKey(), figure.getKey()).toJson());
          }
          json.set(target.getKey(), figures);
        }
      }
      json.set("fdatasync_ms", spread(round -> round.path("fdatasync_ms").asDouble()).toJson());
      return json;
    }
  }

  /**
   * Lets so many callers hold conversations with each target, and looks at every transcript.
   *
   * @param name of this measurement, for the conversation ids
   * @param model what the upstream is asked for, as in {@link BenchUpstream}
   * @param turns of each conversation
   */
  Rounds run(String name, String model, int callers, int turns, ArrayNode targets)
      throws IOException {
    return run(name, model, callers, turns, targets, Json.object());
  }

  /**
   * The same.
   *
   * @param more of the plan: {@code first_message_bytes}, and {@code in_turn} where each caller's
   *     conversations take turns
   */
  Rounds run(String name, String model, int callers, int turns, ArrayNode targets, ObjectNode more)
      throws IOException {
    ObjectNode plan =
        more.deepCopy()
            .put("name", name)
            .put("model", model)
            .put("callers", callers)
            .put("turns", turns)
            .put("rounds", rounds)
            .put("warm_up", warmUp)
            .put("folder", folder.toString());
    plan.set("targets", targets);
    Rounds measured;
    try (Child load = Child.start(Load.class, plan.toString())) {
      measured = new Rounds(Json.read(load.line()));
    }
    for (JsonNode target : targets) {
      String whose = target.path("name").asText();
      if (whose.equals(OURS) || whose.equals(OUR_RESPONSES)) {
        Api api = whose.equals(OURS) ? Api.CHAT : Api.RESPONSES;
        check(api, name, callers, turns, target.path("conversations").asInt());
      }
    }
    requireHeadroom(name, model.startsWith("first-"), measured);
    return measured;
  }

  private void check(Api api, String name, int callers, int turns, int conversations)
      throws IOException {
    Transcripts transcripts = contenders.ours().transcripts();
    for (int round = 0; round < warmUp + rounds; round++) {
      for (int caller = 0; caller < callers; caller++) {
        for (int i = 0; i < conversations; i++) {
          transcripts.check(Load.id(api, name, round, caller) + i, turns);
        }
      }
    }
  }

  /** Where streams pause, it is the first token that must come that much sooner. */
  private static void requireHeadroom(String name, boolean pausing, Rounds measured) {
    double straight = rate(STRAIGHT, pausing, measured);
    double through = rate(OURS, pausing, measured);
    if (straight < HEADROOM * through) {
      throw new IllegalStateException(
          "%s: generator and upstream alone do %.0f a second, with the server between %.0f: they may be the limit"
              .formatted(name, straight, through));
    }
  }

  private static double rate(String target, boolean pausing, Rounds measured) {
    return pausing
        ? 1000 / measured.spread(target, "first_event_ms").median()
        : measured.spread(target, "per_second").median();
  }

  /**
   * Lets 64 callers hold so many conversations each with every target, in turns of both kinds.
   * HotSpot compiles what it has seen some ten thousand times, on the same processors: until then
   * it is the compiler that is measured.
   */
  void warmUp(int conversations) throws IOException {
    ArrayNode targets = contenders.targets(conversations);
    contenders.addDurableServlets(targets, conversations);
    Rounds unused = run("warm-up-whole", "whole", MANY, TURNS, targets);
    unused = run("warm-up-stream", "burst-20", MANY, TURNS, targets);
  }

  /** Turns that are not streamed, beside the least that servlets cost. */
  void whole(Results results, int callers, int conversations) throws IOException {
    ArrayNode targets = contenders.targets(conversations);
    contenders.addDurableServlets(targets, conversations);
    Rounds measured = run("whole-" + callers, "whole", callers, TURNS, targets);
    results.detail("turn_" + callers, measured.toJson());
    overDurable(results, Key.ADDED_P50_OVER_DURABLE, of(callers), measured, "later_ms");
    overNginx(results, Key.ADDED_P50_OVER_NGINX, of(callers), measured, "later_ms");
  }

  private static void overDurable(
      Results results, Key key, String of, Rounds measured, String figure) {
    Goal goal = Goal.atMost(1.4);
    if (measured.has(DURABLE_SERVLET)) {
      results.add(key, of, measured.addedOverDurable(OURS, figure), goal);
      results.add(
          key,
          of + ": a servlet that keeps sessions' folders, and no more",
          measured.addedOverDurable(FOLDERS_SERVLET, figure),
          null);
    } else {
      results.notRun(key, of, "the durable servlet did not run", goal);
    }
  }

  private void overNginx(Results results, Key key, String of, Rounds measured, String figure) {
    Goal goal = Goal.atMost(1.5);
    if (contenders.hasNginx()) {
      results.add(key, of, measured.addedOverNginx(OURS, figure), goal);
    } else {
      results.notRun(key, of, contenders.whyNoNginx(), goal);
    }
    if (contenders.hasNginx() && measured.has(DURABLE_SERVLET)) {
      results.add(
          key,
          of + ": a servlet that keeps what is said, and no more",
          measured.addedOverNginx(DURABLE_SERVLET, figure),
          null);
    }
  }

  /** The same beside LiteLLM, which takes its time: few rounds of few turns are to be asked for. */
  void besideLiteLlm(Results results, int callers) throws IOException {
    String added = "added median, LiteLLM's over ours, " + of(callers);
    String rate = "requests a second, ours over LiteLLM's, " + of(callers);
    Goal goal = Goal.atLeast(20);
    if (!contenders.hasLiteLlm()) {
      results.notRun(Key.LITELLM_OVER_OURS, added, contenders.whyNoLiteLlm(), goal);
      results.notRun(Key.LITELLM_OVER_OURS, rate, contenders.whyNoLiteLlm(), goal);
      return;
    }
    ArrayNode targets = contenders.targets(1);
    contenders.addDurableServlet(targets, 1);
    contenders.addLiteLlm(targets, 1);
    Rounds measured = run("litellm-" + callers, "whole", callers, TURNS, targets);
    results.detail("beside_litellm_" + callers, measured.toJson());
    results.add(Key.LITELLM_OVER_OURS, added, measured.liteLlmOver(OURS), goal);
    if (measured.has(DURABLE_SERVLET)) {
      results.add(
          Key.LITELLM_OVER_OURS,
          "added median, LiteLLM's over that of a servlet that keeps what is said, and no more, "
              + of(callers),
          measured.liteLlmOver(DURABLE_SERVLET),
          null);
      results.add(
          Key.LITELLM_OVER_OURS,
          "requests a second over LiteLLM's, of a servlet that keeps what is said, and no more, "
              + of(callers),
          measured.ratesOverLiteLlm(DURABLE_SERVLET),
          null);
    }
    results.add(Key.LITELLM_OVER_OURS, rate, measured.ratesOverLiteLlm(OURS), goal);
  }

  static String of(int callers) {
    return callers + (callers == 1 ? " caller" : " callers");
  }

  /** The first token of short streams, which comes alone, as a model's does. */
  void firstToken(Results results, int callers, int conversations) throws IOException {
    ArrayNode targets = contenders.targets(conversations);
    contenders.addDurableServlets(targets, conversations);
    Rounds measured = run("first-" + callers, "first-20", callers, TURNS, targets);
    results.detail("first_token_" + callers, measured.toJson());
    overDurable(results, Key.TTFT_OVER_DURABLE, of(callers), measured, "first_event_ms");
    overNginx(results, Key.TTFT_OVER_NGINX, of(callers), measured, "first_event_ms");
  }

  /** Long streams whose tokens come as fast as they are taken. */
  void events(Results results, int streams, int tokens) throws IOException {
    Rounds measured =
        run("events-" + streams, "burst-" + tokens, streams, 1, contenders.targets(1));
    results.detail("events_" + streams, measured.toJson());
    String of = streams + " streams";
    Goal goal = Goal.atLeast(0.5);
    if (contenders.hasNginx()) {
      Spread ratio =
          measured.spread(
              round ->
                  Rounds.of(round, OURS, "events_per_second")
                      / Rounds.of(round, NGINX, "events_per_second"));
      // Where nginx keeps up with generator and upstream it may be faster than can be measured.
      boolean atMost =
          measured.spread(STRAIGHT, "per_second").median()
              < HEADROOM * measured.spread(NGINX, "per_second").median();
      results.add(
          Key.CHUNKS_OVER_NGINX,
          atMost ? of + ", at most: nginx keeps up with what measures it" : of,
          ratio,
          atMost && goal.isMet(ratio.median()) ? null : goal);
    } else {
      results.notRun(Key.CHUNKS_OVER_NGINX, of, contenders.whyNoNginx(), goal);
    }
  }
}
