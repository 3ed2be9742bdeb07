package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.blackbox.Responder.Said;
import dev.helix.scripted.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Responses for a chat program: it sends the conversation whole and names it in a header. */
@Check("responses")
interface ResponseChatCases extends Fixture {
  private static ObjectNode asks(String... roleAndText) {
    ObjectNode request = Json.object().put("model", "m");
    ArrayNode input = request.putArray("input");
    for (int i = 0; i < roleAndText.length; i += 2) {
      String type = roleAndText[i].equals("assistant") ? "output_text" : "input_text";
      ObjectNode item = input.addObject().put("type", "message").put("role", roleAndText[i]);
      item.putArray("content").addObject().put("type", type).put("text", roleAndText[i + 1]);
    }
    return request;
  }

  @Test
  default void answerThatGoesOnUnderItsName_isOneMessage() {
    Responder responder =
        new Responder(
            usual(),
            "X-Conversation-ID",
            Endpoint.freshId(),
            "X-OpenWebUI-User-Message-Id",
            "u1",
            "X-OpenWebUI-Message-Id",
            "a1");
    Said first = responder.streamed(asks("user", "Count"), "one ", "two");
    Said second =
        responder.streamed(asks("user", "Count", "assistant", "one two"), " three", " four");
    assertEquals(List.of("user:Count", "assistant:one two"), second.sent());
    assertEquals(" three four", second.text());
    StoredSession session = responder.endpoint().stored(first.http().header("X-Session-ID"));
    assertEquals(List.of("user:Count", "assistant:one two three four"), session.said());
    assertEquals("one two three four", Responder.textOf(responder.get("/" + second.id())));
    Errors.check(404, responder.call("GET", "/" + first.id()));
  }

  @Test
  default void backgroundPromptByItsShape_isAnsweredAndNotKept() {
    Responder responder = new Responder(usual(), "X-Conversation-ID", Endpoint.freshId());
    Said turn = responder.streamed(asks("user", "Hello"), "Hi");
    Said title =
        responder.whole(
            asks("user", "### Task:\nName it.\n<chat_history>\nUSER: Hello\n</chat_history>"),
            "A talk");
    assertEquals("A talk", title.text());
    assertNull(title.http().header("X-Session-ID"));
    StoredSession session = responder.endpoint().stored(turn.http().header("X-Session-ID"));
    assertEquals(List.of("user:Hello", "assistant:Hi"), session.said());
  }

  @Test
  default void questionAloneThatIsNotStreamed_isAnAside() {
    Responder responder = new Responder(usual(), "X-Conversation-ID", Endpoint.freshId());
    Said alone = responder.whole(asks("user", "Name this talk."), "A talk");
    Said turn = responder.streamed(asks("user", "Hello"), "Hi");
    StoredSession session = responder.endpoint().stored(turn.http().header("X-Session-ID"));
    assertTrue(aside(session, "A talk"));
    assertFalse(aside(session, "Hi"));
    assertEquals("A talk", Responder.textOf(responder.get("/" + alone.id())));
  }

  private static boolean aside(StoredSession session, String answer) {
    return session.nodes().stream()
        .filter(node -> node.path("content").asText().equals(answer))
        .findFirst()
        .orElseThrow()
        .path("aside")
        .asBoolean();
  }
}
