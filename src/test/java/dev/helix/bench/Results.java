package dev.helix.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Json;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What a run of the benchmark has found: for each {@link Key} one or more figures, and beside them
 * whatever else was measured on the way. Not thread-safe.
 */
final class Results {
  /**
   * One figure.
   *
   * @param of what it is of, among the figures of its key
   * @param spread null where it could not be measured
   * @param goal null where there is none
   * @param notRun why it could not be measured, else null
   */
  record Figure(String of, Spread spread, Goal goal, String notRun) {
    ObjectNode toJson() {
      ObjectNode json = Json.object().put("of", of);
      if (goal != null) {
        json.put("goal", goal.toString());
      }
      if (spread == null) {
        return json.put("not_run", notRun);
      }
      json.setAll(spread.toJson());
      return goal == null ? json : json.put("met", goal.isMet(spread.median()));
    }
  }

  private final Map<Key, List<Figure>> figures = new EnumMap<>(Key.class);
  private final ObjectNode details = Json.object();
  private final List<Curve> plots = new ArrayList<>();
  private final Consumer<String> out;

  /** Empty; each figure is told to {@code out} as it comes. */
  Results(Consumer<String> out) {
    this.out = out;
  }

  void add(Key key, String of, Spread spread, Goal goal) {
    add(key, new Figure(of, spread, goal, null));
  }

  /** A figure that was measured once, or of which only the middle one is known. */
  void add(Key key, String of, double value, Goal goal) {
    add(key, of, Spread.of(List.of(value)), goal);
  }

  void notRun(Key key, String of, String why, Goal goal) {
    add(key, new Figure(of, null, goal, why));
  }

  private void add(Key key, Figure figure) {
    figures.computeIfAbsent(key, k -> new ArrayList<>()).add(figure);
    out.accept("  " + key.label() + ", " + figure.toJson());
  }

  /** Keeps what was measured besides, under a name of its own. */
  void detail(String name, ObjectNode measured) {
    details.set(name, measured);
  }

  ObjectNode details() {
    return details;
  }

  /** Keeps how a cost grows, to be drawn. */
  void plot(Curve curve) {
    if (plots.stream().anyMatch(other -> other.name().equals(curve.name()))) {
      throw new IllegalStateException("there is a plot already of the name " + curve.name());
    }
    plots.add(curve);
  }

  List<Curve> plots() {
    return List.copyOf(plots);
  }

  List<Figure> of(Key key) {
    List<Figure> all = figures.get(key);
    if (all == null) {
      throw new IllegalStateException("nothing was measured of " + key.label());
    }
    return List.copyOf(all);
  }

  /** Every key with its figures, and the details with the plots; a key without any is a mistake. */
  ObjectNode toJson() {
    ObjectNode json = Json.object();
    for (Key key : Key.values()) {
      ArrayNode all = Json.array();
      of(key).forEach(figure -> all.add(figure.toJson()));
      json.set(key.label(), Json.object().put("what", key.what()).set("figures", all));
    }
    ArrayNode curves = Json.array();
    plots.forEach(curve -> curves.add(curve.toJson()));
    ObjectNode more = details.deepCopy();
    more.set("plots", curves);
    json.set("details", more);
    return json;
  }
}
