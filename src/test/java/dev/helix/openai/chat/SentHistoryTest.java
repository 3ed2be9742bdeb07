package dev.helix.openai.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.message.Message;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.session.SessionId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stored answer, with all that an upstream gave, as the next turn sends it. */
class SentHistoryTest {
  private static final String MESSAGE =
      "{\"role\":\"assistant\",\"content\":\"Rome.\",\"refusal\":null,\"annotations\":[],"
          + "\"reasoning_content\":\"Hm.\",\"tool_calls\":[],\"audio\":null}";

  @TempDir Path folder;

  @Test
  void answersGoBackAsTheyAreTaken_andAreKeptAsTheyCame() throws Exception {
    try (ChatServer server = new ChatServer(folder, Duration.ofSeconds(30))) {
      try (RawClient client = ask(server, "Where?")) {
        Call first = server.upstream.next();
        first.respondJson(
            200,
            "{\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"message\":" + MESSAGE + "}]}");
        assertEquals(200, client.response().status());
      }
      try (RawClient client = ask(server, "When?")) {
        Call second = server.upstream.next();
        List<String> sent = new ArrayList<>();
        for (JsonNode message : second.request().json().path("messages")) {
          sent.add(message.toString());
        }
        assertEquals(
            List.of(
                "{\"role\":\"user\",\"content\":\"Where?\"}",
                "{\"role\":\"assistant\",\"content\":\"Rome.\"}",
                "{\"role\":\"user\",\"content\":\"When?\"}"),
            sent);
        second.respondJson(200, Completions.completion("In May."));
        assertEquals(200, client.response().status());
      }
      Message kept = server.sessions.transcript(new SessionId("conv-c")).messages().get(1);
      assertEquals(
          Json.read(MESSAGE), Json.read(new String(kept.wireJson(), StandardCharsets.UTF_8)));
    }
  }

  private static RawClient ask(ChatServer server, String question) {
    return server.post("c", question, false, "X-Conversation-History", "stored");
  }
}
