package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.appserver.AppServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table in {@code docs/deploy.md} names the app servers and the checks that there are. */
class DeployPageTest {
  private static final Path PAGE = Path.of("docs", "deploy.md");

  @Test
  void tableOfTheAppServers_isThatOfTheTests() throws IOException {
    String written =
        Files.readAllLines(PAGE).stream()
            .dropWhile(line -> !line.startsWith("| check |"))
            .takeWhile(line -> line.startsWith("|"))
            .map(line -> line + "\n")
            .collect(Collectors.joining());
    assertEquals(CheckTable.of(AppServers.ALL, (check, server) -> CheckTable.PASS), written);
  }
}
