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
 * A table of clients in {@code docs/clients.md}, a column for each check of their suite. As a
 * program it prints what the last run has found, and fails where the page says something else of a
 * client that was run; with the system property {@code clients.write} it writes the page.
 *
 * @param first what stands above the clients
 */
public record ClientTable(String first, Class<?> suite, List<Client> clients) {
  static final Path PAGE = Path.of("docs", "clients.md");
  static final List<ClientTable> ALL =
      List.of(
          new ClientTable("client", ClientSuite.class, Client.OF_CHAT),
          new ClientTable("client of responses", ResponsesSuite.class, Client.OF_RESPONSES));

  public static void main(String[] arguments) throws IOException {
    String page = Files.readString(PAGE);
    String written = page;
    boolean failed = false;
    StringBuilder found = new StringBuilder();
    for (ClientTable table : ALL) {
      Map<String, String> rows = table.rows(page);
      failed |= table.take(rows, found);
      written = written.replace(table.in(page), table.head() + String.join("", rows.values()));
    }
    Files.writeString(Client.HOME.resolve("table.md"), found);
    System.out.print("\n" + found + "\n");
    boolean differs = !written.equals(page);
    if (differs && !failed && Boolean.getBoolean("clients.write")) {
      Files.writeString(PAGE, written);
    } else if (differs && !failed) { // Who failed is said by the tests.
      System.err.println(PAGE + " says something else; -Dclients.write writes it");
      System.exit(1);
    }
  }

  /**
   * Puts the reports there are into these rows, all of them into what was found, and removes them,
   * as the next run may be of others.
   *
   * @return whether a check failed
   */
  private boolean take(Map<String, String> rows, StringBuilder found) throws IOException {
    boolean failed = false;
    found.append(head());
    for (Client client : clients) {
      Path report = ClientReport.FOLDER.resolve(client.file());
      if (!Files.exists(report)) {
        rows.putIfAbsent(client.id(), row(client.id(), Map.of()));
        continue;
      }
      Map<String, String> cells =
          Files.readAllLines(report).stream()
              .map(line -> line.split("\t", 2))
              .collect(Collectors.toMap(cell -> cell[0], cell -> cell[1]));
      found.append(row(client.id(), cells));
      // What this machine lacks says nothing about the page.
      if (cells.containsKey(ClientReport.VERSION)) {
        rows.put(client.id(), row(client.id(), cells));
        failed |= cells.containsValue(ClientReport.FAILED);
      }
      Files.delete(report);
    }
    return failed;
  }

  /** The table as it stands on a page. */
  String in(String page) {
    return page.lines()
        .dropWhile(line -> !line.startsWith("| " + first + " | version |"))
        .takeWhile(line -> line.startsWith("|"))
        .map(line -> line + "\n")
        .collect(Collectors.joining());
  }

  /** The rows of that table, by the client. */
  Map<String, String> rows(String page) {
    return in(page)
        .lines()
        .skip(2)
        .collect(
            Collectors.toMap(
                row -> row.split("\\|", -1)[1].strip(),
                row -> row + "\n",
                (one, other) -> other,
                LinkedHashMap::new));
  }

  /** Its first two lines. */
  String head() {
    return "| "
        + first
        + " | version |"
        + checks().stream().map(check -> " " + check + " |").collect(Collectors.joining())
        + "\n|---|---|"
        + "---|".repeat(checks().size())
        + "\n";
  }

  private String row(String client, Map<String, String> cells) {
    StringBuilder row = new StringBuilder("| ").append(client);
    row.append(" | ").append(cells.getOrDefault(ClientReport.VERSION, "")).append(" |");
    checks()
        .forEach(
            check -> row.append(' ').append(cells.getOrDefault(check, "not run")).append(" |"));
    return row.append('\n').toString();
  }

  /** All columns that there are. */
  private List<String> checks() {
    return Stream.of(suite.getDeclaredMethods())
        .map(method -> method.getAnnotation(Check.class))
        .filter(check -> check != null)
        .sorted(Comparator.comparing(Check::order))
        .map(Check::value)
        .toList();
  }
}
