package dev.helix.openai.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server without Jakarta WebSocket. */
class WithoutSocketsTest {
  @TempDir Path folder;

  @Test
  void requestForASocket_isAnsweredAsEveryGet() throws Exception {
    try (ResponsesService service = new ResponsesService(folder)) {
      RawResponse plain = RawClient.get(service.chat.url(), "/v1/responses");
      RawResponse asked =
          RawClient.get(
              service.chat.url(),
              "/v1/responses",
              "Connection",
              "Upgrade",
              "Upgrade",
              "websocket",
              "X-Conversation-ID",
              "some");
      assertEquals(405, asked.status());
      assertEquals(
          plain.text().replaceAll("Date: .*", ""), asked.text().replaceAll("Date: .*", ""));
      assertEquals("POST", asked.header("Allow"));
    }
  }
}
