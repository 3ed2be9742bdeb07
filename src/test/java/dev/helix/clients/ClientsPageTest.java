package dev.helix.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The table in {@code docs/clients.md} has the clients and the checks that there are. */
class ClientsPageTest {
  @Test
  void tableOfTheClients_isThatOfTheTests() throws IOException {
    String page = Files.readString(ClientTable.PAGE);
    assertTrue(ClientTable.table(page).startsWith(ClientTable.head()), ClientTable::head);
    assertEquals(
        Client.ALL.stream().map(client -> client.id()).toList(),
        List.copyOf(ClientTable.rows(page).keySet()));
  }
}
