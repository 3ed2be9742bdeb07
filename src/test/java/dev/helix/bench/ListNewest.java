package dev.helix.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Json;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Position;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What it takes to list the newest 50 of many sessions, and the page after them, in milliseconds:
 * the first time in a process that has done nothing yet, most of which is the loading of classes;
 * the first time after the store was opened again there; and then warm. Each start is a process of
 * its own. Every page is checked.
 */
final class ListNewest {
  private static final Goal GOAL = Goal.atMost(50);
  private static final double MILLI = 1e6;

  private final int starts;
  private final int repeats;

  /** So many starts, each with one first list and so many warm ones. */
  ListNewest(int starts, int repeats) {
    this.starts = starts;
    this.repeats = repeats;
  }

  /**
   * What was measured.
   *
   * @param open to open the store, in a process that has done nothing yet
   * @param cold the first list after that
   * @param first the first list after the store was opened again
   * @param warm lists that follow, from all starts
   * @param next the pages behind them
   */
  record Listed(Spread open, Spread cold, Spread first, Spread warm, Spread next) {
    void into(Results results, String of) {
      results.add(Key.LIST_200K_MS, of + ", warm", warm, GOAL);
      results.add(Key.LIST_200K_MS, of + ", the first after a start", first, GOAL);
      results.add(Key.LIST_200K_MS, of + ", the first in a process, with its classes", cold, GOAL);
    }

    ObjectNode toJson() {
      ObjectNode json = Json.object();
      json.set("open_ms", open.toJson());
      json.set("first_list_in_process_ms", cold.toJson());
      json.set("first_list_ms", first.toJson());
      json.set("list_ms", warm.toJson());
      json.set("next_page_ms", next.toJson());
      return json;
    }
  }

  /** Lists so many sessions of a store, which must be those that {@link ManyFolders} numbers. */
  Listed of(int sessions, String store, Map<String, String> settings) throws IOException {
    Map<String, List<Double>> all = new HashMap<>();
    for (int i = 0; i < starts; i++) {
      List<String> arguments = new ArrayList<>(List.of(store, "" + sessions, "" + repeats));
      settings.forEach((key, value) -> arguments.add(key + "=" + value));
      try (Child child = Child.start(ListNewest.class, arguments.toArray(String[]::new))) {
        Json.read(child.line())
            .properties()
            .forEach(
                measured ->
                    measured
                        .getValue()
                        .forEach(
                            value ->
                                all.computeIfAbsent(measured.getKey(), key -> new ArrayList<>())
                                    .add(value.asDouble())));
      }
    }
    return new Listed(
        Spread.of(all.get("open")),
        Spread.of(all.get("cold")),
        Spread.of(all.get("first")),
        Spread.of(all.get("warm")),
        Spread.of(all.get("next")));
  }

  /** Measures in a process of its own. Arguments: the store, sessions, repeats, settings. */
  public static void main(String[] arguments) {
    int sessions = Integer.parseInt(arguments[1]);
    int repeats = Integer.parseInt(arguments[2]);
    Map<String, String> settings = new HashMap<>();
    for (String setting : List.of(arguments).subList(3, arguments.length)) {
      int equals = setting.indexOf('=');
      settings.put(setting.substring(0, equals), setting.substring(equals + 1));
    }
    Logger quiet = Logger.getLogger("");
    quiet.setLevel(Level.WARNING);
    ObjectNode measured = Json.object();
    open(arguments[0], settings, measured.putArray("open"), measured.putArray("cold"), sessions)
        .close();
    try (SessionStore store =
        open(arguments[0], settings, Json.array(), measured.putArray("first"), sessions)) {
      warm(store, sessions, repeats, measured.putArray("warm"), measured.putArray("next"));
    }
    System.out.println(measured);
  }

  private static SessionStore open(
      String kind, Map<String, String> settings, ArrayNode open, ArrayNode first, int sessions) {
    long opening = System.nanoTime();
    SessionStore store = SessionStore.open(kind, settings::get);
    long opened = System.nanoTime();
    List<SessionState> page = store.list(ManyFolders.PAGE);
    long listed = System.nanoTime();
    ManyFolders.check(page, sessions);
    open.add((opened - opening) / MILLI);
    first.add((listed - opened) / MILLI);
    return store;
  }

  private static void warm(
      SessionStore store, int sessions, int repeats, ArrayNode warm, ArrayNode next) {
    // As often again before anything counts, so that it is compiled.
    for (int i = -repeats; i < repeats; i++) {
      long start = System.nanoTime();
      List<SessionState> page = store.list(ManyFolders.PAGE);
      long middle = System.nanoTime();
      List<SessionState> after =
          store.list(Position.of(page.get(ManyFolders.PAGE - 1)), ManyFolders.PAGE);
      long end = System.nanoTime();
      ManyFolders.check(page, sessions);
      ManyFolders.check(after, sessions - ManyFolders.PAGE);
      if (i >= 0) {
        warm.add((middle - start) / MILLI);
        next.add((end - middle) / MILLI);
      }
    }
  }
}
