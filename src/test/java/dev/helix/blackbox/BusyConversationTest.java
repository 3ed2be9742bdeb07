package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.blackbox.Responder.Said;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Responses in a conversation that is being answered, where nobody waits. */
class BusyConversationTest {
  @TempDir Path folder;

  @Test
  void secondTurn_isRefused_aForkIsServed_andNothingOfTheRefusedOneIsKept() throws Exception {
    try (WholeApplication application =
        new WholeApplication(folder, Map.of("helix.history.wait", "0s"))) {
      String id = Endpoint.freshId();
      Responder responder = new Responder(application);
      Said first =
          new Responder(application, "X-Conversation-ID", id).whole(Responder.asks("One"), "1");
      ObjectNode two = Responder.asks("Two").put("conversation", id);
      try (RawClient client = responder.post(two)) {
        Call call = application.upstream().next();
        for (boolean stream : new boolean[] {false, true}) {
          ObjectNode three = Responder.asks("Three").put("conversation", id).put("stream", stream);
          RawResponse refused = responder.refused(three);
          JsonNode error = Errors.check(409, refused);
          assertEquals("conversation_locked", error.path("code").asText());
          assertEquals("conflict_error", error.path("type").asText());
        }
        responder.whole(Responder.follows("Aside", first.id()), "a");
        call.respondJson(200, Completions.completion("2"));
        RawResponse response = client.response();
        assertEquals("2", Responder.textOf(Json.read(response.rest())));
      }
      Said next = responder.whole(Responder.asks("Four").put("conversation", id), "4");
      assertEquals(List.of("user:One", "assistant:1", "user:Four"), firstAndLast(next));
      StoredSession session = new StoredSession(folder, "conv-" + id);
      assertEquals(0, session.said().stream().filter("user:Three"::equals).count());
    }
  }

  private static List<String> firstAndLast(Said said) {
    List<String> sent = said.sent();
    return List.of(sent.get(0), sent.get(1), sent.get(sent.size() - 1));
  }
}
