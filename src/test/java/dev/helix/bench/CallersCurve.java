package dev.helix.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.bench.TurnCost.Rounds;
import dev.helix.scripted.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How the time of a turn and the turns a second grow with the callers who take turns at once, and
 * where more callers only wait.
 */
final class CallersCurve {
  private static final Map<String, String> TITLES = titles();

  private final Contenders contenders;
  private final TurnCost turns;
  private final boolean full;

  CallersCurve(Contenders contenders, Path folder, boolean full) {
    this.turns = new TurnCost(contenders, folder, 3, 1);
    this.full = full;
    this.contenders = contenders;
  }

  private static Map<String, String> titles() {
    Map<String, String> titles = new LinkedHashMap<>();
    titles.put(Contenders.OURS, "through the server, durable");
    titles.put(Contenders.NGINX, "through nginx");
    titles.put(Contenders.STRAIGHT, "straight to the upstream");
    return titles;
  }

  void run(Results results) throws IOException {
    int[] steps = full ? new int[] {1, 4, 16, 64, 256, 1024} : new int[] {1, 16};
    Map<String, List<Curve.Point>> times = new LinkedHashMap<>();
    Map<String, List<Curve.Point>> rates = new LinkedHashMap<>();
    ObjectNode details = Json.object();
    Curve.Limit limit = null;
    double best = 0;
    for (int callers : steps) {
      Rounds measured =
          turns.run(
              "callers-" + callers,
              "whole",
              callers,
              10,
              contenders.targets(Math.max(1, (full ? 128 : 16) / callers)));
      details.set("callers_" + callers, measured.toJson());
      for (String target : TITLES.keySet()) {
        if (!target.equals(Contenders.NGINX) || contenders.hasNginx()) {
          times
              .computeIfAbsent(target, t -> new ArrayList<>())
              .add(new Curve.Point(callers, measured.spread(target, "later_ms")));
          rates
              .computeIfAbsent(target, t -> new ArrayList<>())
              .add(new Curve.Point(callers, measured.spread(target, "per_second")));
        }
      }
      double rate = measured.spread(Contenders.OURS, "per_second").median();
      if (limit == null && rate < 1.1 * best) {
        limit = new Curve.Limit(callers, "more callers get no more turns a second");
      }
      best = Math.max(best, rate);
    }
    results.detail("callers", details);
    results.plot(curve("callers", "A turn, by callers at once", "milliseconds", times, limit));
    results.plot(
        curve("callers-rate", "Turns, by callers at once", "turns a second", rates, limit));
  }

  private static Curve curve(
      String name,
      String title,
      String unit,
      Map<String, List<Curve.Point>> points,
      Curve.Limit limit) {
    List<Curve.Series> series = new ArrayList<>();
    points.forEach((target, all) -> series.add(new Curve.Series(TITLES.get(target), all)));
    return new Curve(name, title, "callers", unit, true, true, series, limit);
  }
}
