package dev.helix.openai.responses;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.openai.chat.ChatServer;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.session.SessionId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ErasedPreviousTest {
  @TempDir Path folder;

  private static RawClient post(ChatServer server, String input, String previous) {
    var body = Json.object().put("model", "m").put("input", input);
    body.put("previous_response_id", previous);
    RawClient client = RawClient.connect(server.url());
    client.post("/v1/responses", body.toString());
    return client;
  }

  /** It is there when it is looked for, and gone when the turn begins. */
  @Test
  void previousResponseThatIsErasedMeanwhile_isUnknown() throws Exception {
    try (ChatServer server = new ChatServer(folder, Duration.ofSeconds(30))) {
      server.add(new ResponsesServlet(), "/v1/responses/*");
      String id;
      SessionId session;
      try (RawClient client = post(server, "One", null)) {
        server.upstream.next().respondJson(200, Completions.completion("1"));
        RawResponse first = client.response();
        session = new SessionId(first.header("X-Session-ID"));
        id = Json.read(first.rest()).path("id").asText();
      }
      Set<String> answer = Set.of(server.sessions.transcript(session).messages().get(1).id());
      AtomicBoolean erased = new AtomicBoolean();
      server.watchStore(
          method -> {
            // Asked for the turn's rights, between its check and its begin.
            if (method.equals("isShared") && erased.compareAndSet(false, true)) {
              assertEquals(answer, server.sessions.erase(session, answer));
            }
          },
          method -> {});
      try (RawClient client = post(server, "Two", id)) {
        RawResponse refused = client.response();
        JsonNode error = Json.read(refused.restText().getBytes(UTF_8)).path("error");
        assertEquals(400, refused.status(), error::toString);
        assertEquals("previous_response_not_found", error.path("code").asText());
        assertEquals("previous_response_id", error.path("param").asText());
        assertEquals(
            "Previous response with id '" + id + "' not found.", error.path("message").asText());
        assertEquals(true, erased.get());
      }
    }
  }
}
