package dev.helix.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.bench.Curve.Limit;
import dev.helix.bench.Curve.Point;
import dev.helix.bench.Curve.Series;
import dev.helix.bench.ListNewest.Listed;
import dev.helix.scripted.Json;
import dev.helix.session.SessionStore;
import dev.helix.store.files.FileSessionStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the number of sessions costs: lists of the newest, and starts of the server. Up to the
 * largest number of {@link #folders} each session has its folder; of more, only the newest have,
 * and the rest are lines in the order of last use.
 */
final class ManySessions {
  private static final Goal START = Goal.atMost(1.2);

  private final int[] folders;
  private final int[] lines;
  private final int starts;
  private final ListNewest lists;

  private final ObjectNode details = Json.object();
  private final List<Point> warm = new ArrayList<>();
  private final List<Point> first = new ArrayList<>();
  private final List<Point> cold = new ArrayList<>();
  private final List<Point> started = new ArrayList<>();

  /** In the long measurement 200,000 sessions have folders, in the short one a few thousand. */
  ManySessions(boolean full) {
    folders = full ? new int[] {1000, 10_000, 100_000, 200_000} : new int[] {500, 4000};
    lines = full ? new int[] {1_000_000, 10_000_000} : new int[0];
    starts = full ? 7 : 1;
    lists = full ? new ListNewest(3, 100) : new ListNewest(1, 10);
  }

  void run(Path folder, Results results) throws IOException {
    ManyFolders made = new ManyFolders(folder.resolve("sessions"));
    try {
      Listed listed = null;
      for (int count : folders) {
        made.grow(count);
        made.forgetOrder();
        ObjectNode size = detail(count);
        size.put("first_look_s", look(made));
        listed = list(made, size);
        start(made, starts / 3, size);
      }
      listed.into(results, number(made.count()) + " sessions in files");
      overEmpty(folder, made, results);
      afterKill(made);
    } finally {
      made.delete();
    }
    for (int count : lines) {
      ManyFolders order = new ManyFolders(folder.resolve("order"));
      try {
        order.orderOnly(count);
        ObjectNode size = detail(count);
        list(order, size);
        start(order, Math.max(1, starts / 3), size);
      } finally {
        order.delete();
      }
    }
    results.detail("sessions", details);
    plot(results);
  }

  private ObjectNode detail(int count) {
    return details.putObject("of_" + count);
  }

  /** Has the order of last use made; in seconds, with a list that waits for it. */
  private static double look(ManyFolders made) {
    long start = System.nanoTime();
    try (SessionStore store = FileSessionStore.open(made.sessions())) {
      ManyFolders.check(store.list(ManyFolders.PAGE), made.count());
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private Listed list(ManyFolders made, ObjectNode size) throws IOException {
    Map<String, String> settings = Map.of("helix.sessions.dir", made.sessions().toString());
    Listed listed = lists.of(made.count(), "files", settings);
    size.setAll(listed.toJson());
    warm.add(new Point(made.count(), listed.warm()));
    first.add(new Point(made.count(), listed.first()));
    cold.add(new Point(made.count(), listed.cold()));
    return listed;
  }

  private void start(ManyFolders made, int times, ObjectNode size) {
    List<Double> all = new ArrayList<>();
    for (int i = 0; i < Math.max(1, times); i++) {
      all.add(Starts.clean(made.sessions()));
    }
    Spread seconds = Spread.of(all);
    size.set("start_s", seconds.toJson());
    started.add(new Point(made.count(), seconds));
  }

  private void overEmpty(Path folder, ManyFolders made, Results results) throws IOException {
    Path none = Files.createDirectories(folder.resolve("none"));
    Starts.clean(none); // So that it is a start after a stop, too.
    List<Double> empty = new ArrayList<>();
    List<Double> many = new ArrayList<>();
    for (int i = 0; i < starts; i++) {
      boolean emptyFirst = i % 2 == 0;
      for (boolean isEmpty : new boolean[] {emptyFirst, !emptyFirst}) {
        (isEmpty ? empty : many).add(Starts.clean(isEmpty ? none : made.sessions()));
      }
    }
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < starts; i++) {
      ratios.add(many.get(i) / empty.get(i));
    }
    details.set("start_empty_s", Spread.of(empty).toJson());
    details.set("start_many_s", Spread.of(many).toJson());
    results.add(
        Key.START_200K_OVER_EMPTY,
        number(made.count()) + " sessions, after a stop in order",
        Spread.of(ratios),
        START);
  }

  private void afterKill(ManyFolders made) throws IOException {
    Starts.kill(made.sessions());
    put("start_after_kill", Starts.looking(made.sessions()));
    made.forgetOrder();
    put("start_of_unknown_order", Starts.looking(made.sessions()));
  }

  private void put(String name, Starts.Look look) {
    details
        .putObject(name)
        .put("ready_s", look.ready())
        .put("all_looked_at_s", look.known())
        .put("cpu_s", look.cpu());
  }

  private void plot(Results results) throws IOException {
    Limit limit = inodes();
    results.plot(
        new Curve(
            "list-over-sessions",
            "Listing the newest 50 sessions in files",
            "sessions",
            "milliseconds",
            true,
            true,
            List.of(
                new Series("warm", warm),
                new Series("the first after a start", first),
                new Series("the first in a process", cold)),
            limit));
    results.plot(
        new Curve(
            "start-over-sessions",
            "A start after a stop in order, until the server is ready",
            "sessions",
            "seconds",
            true,
            false,
            List.of(new Series("sessions in files", started)),
            limit));
  }

  /** How many folders of sessions there is room for, by the file system's inodes. */
  private static Limit inodes() throws IOException {
    Process df = new ProcessBuilder("df", "--output=iavail", "target").start();
    String[] lines =
        new String(df.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).split("\n", -1);
    try {
      long free = Long.parseLong(lines[1].strip());
      return new Limit(
          (double) free / ManyFolders.INODES_EACH,
          "the disk's inodes: a session takes "
              + ManyFolders.INODES_EACH
              + " of the "
              + number(free)
              + " that are free");
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return null; // A file system, or a df, that does not count them.
    }
  }

  static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
