package dev.helix.clients;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The table of clients in {@code docs/clients.md}, a column for each check. As a program it prints
 * what the last run has found, and fails where the page says something else of a client that was
 * run; with the system property {@code clients.write} it writes the page.
 */
public final class ClientTable {
  static final Path PAGE = Path.of("docs", "clients.md");
  private static final String HEAD = "| client | version |";

  private ClientTable() {}

  public static void main(String[] arguments) throws IOException {
    String page = Files.readString(PAGE);
    Map<String, String> rows = new LinkedHashMap<>();
    boolean differs = false;
    boolean failed = false;
    StringBuilder found = new StringBuilder(head());
    for (Client client : Client.ALL) {
      String written = rows(page).get(client.id());
      String row = written == null ? row(client.id(), Map.of()) : written;
      Path report = ClientReport.FOLDER.resolve(client.file());
      if (Files.exists(report)) {
        Map<String, String> cells =
            Files.readAllLines(report).stream()
                .map(line -> line.split("\t", 2))
                .collect(Collectors.toMap(cell -> cell[0], cell -> cell[1]));
        found.append(row(client.id(), cells));
        // What this machine lacks says nothing about the page.
        if (cells.containsKey(ClientReport.VERSION)) {
          row = row(client.id(), cells);
          differs |= !row.equals(written);
          failed |= cells.containsValue(ClientReport.FAILED);
        }
        Files.delete(report); // The next run may be of others.
      }
      rows.put(client.id(), row);
    }
    Files.writeString(Client.HOME.resolve("table.md"), found);
    System.out.print("\n" + found + "\n");
    if (differs && !failed && Boolean.getBoolean("clients.write")) {
      Files.writeString(PAGE, page.replace(table(page), head() + String.join("", rows.values())));
    } else if (differs && !failed) { // Who failed is said by the tests.
      System.err.println(PAGE + " says something else; -Dclients.write writes it");
      System.exit(1);
    }
  }

  /** The table as it stands on a page. */
  static String table(String page) {
    return page.lines()
        .dropWhile(line -> !line.startsWith(HEAD))
        .takeWhile(line -> line.startsWith("|"))
        .map(line -> line + "\n")
        .collect(Collectors.joining());
  }

  /** The rows of that table, by the client. */
  static Map<String, String> rows(String page) {
    return table(page)
        .lines()
        .skip(2)
        .collect(
            Collectors.toMap(
                row -> row.split("\\|", -1)[1].strip(),
                row -> row + "\n",
                (first, second) -> second,
                LinkedHashMap::new));
  }

  /** Its first two lines. */
  static String head() {
    return HEAD
        + checks().stream().map(check -> " " + check + " |").collect(Collectors.joining())
        + "\n|---|---|"
        + "---|".repeat(checks().size())
        + "\n";
  }

  private static String row(String client, Map<String, String> cells) {
    StringBuilder row = new StringBuilder("| ").append(client);
    row.append(" | ").append(cells.getOrDefault(ClientReport.VERSION, "")).append(" |");
    checks()
        .forEach(
            check -> row.append(' ').append(cells.getOrDefault(check, "not run")).append(" |"));
    return row.append('\n').toString();
  }

  /** All columns that there are. */
  private static List<String> checks() {
    return Stream.of(ClientSuite.class.getDeclaredMethods())
        .map(method -> method.getAnnotation(Check.class))
        .filter(check -> check != null)
        .sorted(Comparator.comparing(Check::order))
        .map(Check::value)
        .toList();
  }
}
