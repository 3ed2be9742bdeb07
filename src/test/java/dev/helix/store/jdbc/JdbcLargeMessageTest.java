package dev.helix.store.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.blackbox.WholeApplication;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Reply;
import dev.helix.servers.MariaDbServer;
import dev.helix.servers.SharedServers;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What is larger than a database takes at once. */
@ExtendWith(SharedServers.class)
class JdbcLargeMessageTest {
  private static final String LARGE = "y".repeat(1_500_000);

  @TempDir Path directory;

  private static RawResponse turn(WholeApplication application, String text) {
    String body =
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}";
    return RawClient.exchange(
        application.url(),
        "POST",
        "/v1/chat/completions",
        body.getBytes(UTF_8),
        "Content-Type",
        "application/json",
        "X-Conversation-ID",
        "a");
  }

  @Test
  void questionIsRefusedWithItsSize_andOfAnAnswerTheServersFaultIsTold(MariaDbServer server)
      throws Exception {
    Map<String, String> settings = JdbcStores.settings(server, server.newDatabase());
    settings.put("helix.store", "jdbc");
    server.execute("mysql", "set global max_allowed_packet = 1048576");
    try (WholeApplication application = new WholeApplication(directory, settings)) {
      application
          .upstream()
          .answerAlways(
              request ->
                  Reply.json(
                      200,
                      Completions.completion(
                          new String(request.body(), UTF_8).contains("long") ? LARGE : "Hello")));
      assertEquals(200, turn(application, "first").status());
      RawResponse refused = turn(application, LARGE);
      assertEquals(413, refused.status(), refused::text);
      JsonNode error = refused.json().path("error");
      assertEquals("request_too_large", error.path("code").asText());
      assertTrue(
          error
              .path("message")
              .asText()
              .matches(
                  "A message has 15\\d{5} bytes, and the storage of"
                      + " conversations takes 10\\d{5} at most\\."),
          error::toString);
      RawResponse unrecorded = turn(application, "long");
      assertEquals(424, unrecorded.status());
      assertEquals("storage_error", unrecorded.json().at("/error/code").asText());
      assertTrue(unrecorded.text().contains("The answer has 15"), unrecorded::text);
      assertEquals(200, turn(application, "last").status());
    } finally {
      server.execute("mysql", "set global max_allowed_packet = 16777216");
    }
  }
}
