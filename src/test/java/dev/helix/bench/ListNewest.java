package dev.helix.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Json;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Position;
import dev.helix.store.SessionStores;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What it takes to list the newest 50 of many sessions, and the page after them, in milliseconds:
 * the first time after a start and then warm. Of the larger number only the newest have folders;
 * the rest are lines in the order of last use, as a directory of so many is too slow to make.
 */
final class ListNewest {
  private static final int PAGE = 50;
  private static final int WITH_FOLDERS = 1000;
  private static final int TIMES = 10;
  private static final long FIRST = 1_767_600_000_000_000L;

  private final int sessions;
  private final int repeats;

  ListNewest(int sessions, int repeats) {
    this.sessions = sessions;
    this.repeats = repeats;
  }

  ObjectNode run(Path folder) throws IOException {
    ObjectNode figures = Json.object().put("sessions", sessions);
    Path real = folder.resolve("real");
    for (int i = 0; i < sessions; i++) {
      make(real, i);
    }
    long start = System.nanoTime();
    // The first start looks at all of them once.
    try (SessionStore store = SessionStores.files(real)) {
      check(store.list(PAGE), sessions);
    }
    figures.put("first_look_ms", (System.nanoTime() - start) / 1e6);
    // As often again before anything counts, so that both are compiled.
    List<Double> unused = measure(Json.object(), "_warming_up", real, sessions);
    List<Double> few = measure(figures, "", real, sessions);

    Path large = folder.resolve("large");
    int many = sessions * TIMES;
    for (int i = many - WITH_FOLDERS; i < many; i++) {
      make(large, i);
    }
    writeOrder(large, many);
    List<Double> lots = measure(figures, "_x" + TIMES, large, many);
    Spread ratio = Spread.of(List.of(median(lots) / median(few)));
    figures.put("ratio_x" + TIMES, median(lots) / median(few));
    System.out.println("    ratio of the medians at " + TIMES + " times as many: " + ratio);
    return figures;
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
  }

  private List<Double> measure(ObjectNode figures, String suffix, Path folder, int count)
      throws IOException {
    List<Double> warm = new ArrayList<>();
    long opening = System.nanoTime();
    try (SessionStore store = SessionStores.files(folder)) {
      long opened = System.nanoTime();
      List<SessionState> first = store.list(PAGE);
      long listed = System.nanoTime();
      check(first, count);
      figures.put("open" + suffix + "_ms", (opened - opening) / 1e6);
      figures.put("first_list" + suffix + "_ms", (listed - opened) / 1e6);
      List<Double> next = new ArrayList<>();
      for (int i = 0; i < repeats; i++) {
        long start = System.nanoTime();
        List<SessionState> page = store.list(PAGE);
        long middle = System.nanoTime();
        List<SessionState> after = store.list(Position.of(page.get(PAGE - 1)), PAGE);
        long end = System.nanoTime();
        check(page, count);
        check(after, count - PAGE);
        warm.add((middle - start) / 1e6);
        next.add((end - middle) / 1e6);
      }
      put(figures, "list" + suffix + "_ms", Spread.of(warm));
      put(figures, "next_page" + suffix + "_ms", Spread.of(next));
    }
    System.out.println(
        "    " + count + " sessions: first list " + figures.get("first_list" + suffix + "_ms"));
    return warm;
  }

  private static void put(ObjectNode figures, String name, Spread spread) {
    System.out.println("    " + name + ": " + spread);
    figures.set(name, spread.toJson());
  }

  /** That the page begins with the last but so many. */
  private static void check(List<SessionState> page, int behind) {
    for (int i = 0; i < PAGE; i++) {
      String expected = "conv-" + (behind - 1 - i);
      if (!page.get(i).sessionId().value().equals(expected)) {
        throw new IllegalStateException("listed " + page.get(i) + " in place of " + expected);
      }
    }
  }

  private static void make(Path folder, int number) throws IOException {
    Path session = Files.createDirectories(folder.resolve("conv-" + number));
    Files.writeString(
        session.resolve("status.json"),
        "{\"conversation_id\":\""
            + number
            + "\",\"updated_at\":\""
            + time(number)
            + "\",\"original_request\":\"Hello\"}");
  }

  private static Instant time(int number) {
    long micros = FIRST + number;
    return Instant.ofEpochSecond(
        micros / 1_000_000, TimeUnit.MICROSECONDS.toNanos(micros % 1_000_000));
  }

  /** The files that a server of so many sessions leaves when it ends. */
  private static void writeOrder(Path folder, int count) throws IOException {
    Path recent = Files.createDirectories(folder.resolve(".recent"));
    Files.writeString(recent.resolve("log"), "");
    try (BufferedWriter run =
        Files.newBufferedWriter(
            recent.resolve("run-0000000000000001"), StandardCharsets.US_ASCII)) {
      for (int i = count - 1; i >= 0; i--) {
        run.write((FIRST + i) + " conv-" + i + "\n");
      }
    }
    Files.writeString(folder.resolve(".lock"), "");
    long changed = Files.getLastModifiedTime(folder).to(TimeUnit.NANOSECONDS);
    Files.writeString(recent.resolve("mark"), "clean " + changed + "\n");
  }
}
