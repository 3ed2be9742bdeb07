package dev.helix.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tables in {@code docs/clients.md} have the clients and the checks that there are. */
class ClientsPageTest {
  @Test
  void tablesOfTheClients_areThoseOfTheTests() throws IOException {
    String page = Files.readString(ClientTable.PAGE);
    for (ClientTable table : ClientTable.ALL) {
      assertTrue(table.in(page).startsWith(table.head()), table::head);
      assertEquals(
          table.clients().stream().map(client -> client.id()).toList(),
          List.copyOf(table.rows(page).keySet()));
    }
  }
}
