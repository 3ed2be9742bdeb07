package dev.helix.blackbox;

import dev.helix.appserver.AppServer;
import dev.helix.appserver.AppServers;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/**
 * The table of app servers, a row for each check. As a program it prints what the last run has
 * found, and writes it beside the reports.
 */
public final class CheckTable {
  static final String PASS = "✓";

  private CheckTable() {}

  public static void main(String[] arguments) throws IOException {
    Map<String, Map<String, String>> found = new TreeMap<>();
    List<AppServer> run = new ArrayList<>();
    for (AppServer kind : AppServers.ALL) {
      Path report = CheckReport.FOLDER.resolve(kind.id());
      if (Files.exists(report)) {
        run.add(kind);
        found.put(
            kind.id(),
            Files.readAllLines(report).stream()
                .map(line -> line.split("\t", 2))
                .collect(Collectors.toMap(row -> row[0], row -> row[1])));
        Files.delete(report); // The next run may be of others.
      }
    }
    String table =
        of(run, (check, kind) -> cell(found.get(kind.id()).getOrDefault(check, "not run")));
    Files.writeString(CheckReport.FOLDER.resolve("table.md"), table);
    System.out.print("\n" + table + "\n");
  }

  private static String cell(String result) {
    return result.equals(CheckReport.PASSED) ? PASS : result;
  }

  /** The table of these servers, in Markdown. */
  static String of(List<AppServer> servers, BiFunction<String, AppServer, String> cells) {
    StringBuilder table = new StringBuilder("| check |");
    servers.forEach(kind -> table.append(' ').append(kind.title()).append(" |"));
    table.append("\n|---|").append("---|".repeat(servers.size())).append('\n');
    checks()
        .forEach(
            check -> {
              table.append("| ").append(check).append(" |");
              servers.forEach(
                  kind -> table.append(' ').append(cells.apply(check, kind)).append(" |"));
              table.append('\n');
            });
    return table.toString();
  }

  /** All rows that there are. */
  static List<String> checks() {
    return Stream.of(WarInAppServer.class.getMethods())
        .filter(CheckTable::isTest)
        .map(CheckReport::check)
        .distinct()
        .sorted()
        .toList();
  }

  private static boolean isTest(Method method) {
    return method.isAnnotationPresent(Test.class)
        || method.isAnnotationPresent(ParameterizedTest.class);
  }
}
