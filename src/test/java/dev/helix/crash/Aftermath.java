package dev.helix.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.message.Message;
import dev.helix.scripted.Json;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What must be true of a store after a kill and a restart. */
class Aftermath {
  /**
   * Every acknowledged message of each conversation is there exactly once, and all of them are on
   * one path, in order.
   */
  final void check(SessionStore store, Chat chat) throws IOException {
    Map<String, JsonNode> nodes = new LinkedHashMap<>();
    for (JsonNode element : elements(store, chat.sessionId())) {
      nodes.put(element.path("id").asText(), element);
    }
    List<String> texts = nodes.values().stream().map(Aftermath::text).toList();
    for (String said : chat.acknowledged()) {
      assertEquals(
          1, Collections.frequency(texts, said), () -> chat.sessionId() + ": " + brief(said));
    }
    if (chat.acknowledged().isEmpty()) {
      return;
    }
    List<String> path = pathTo(chat.acknowledged().get(chat.acknowledged().size() - 1), nodes);
    if (chat.isStored()) {
      path.retainAll(Set.copyOf(chat.acknowledged())); // What was not acknowledged may be there.
    }
    assertEquals(brief(chat.acknowledged()), brief(path), chat::sessionId);
  }

  /** The elements of a session's log. */
  List<JsonNode> elements(SessionStore store, String session) throws IOException {
    List<Message> log = store.read(new SessionId(session), LogVersion.NONE).elements();
    return log.stream().map(element -> Json.read(element.elementJson())).toList();
  }

  private static List<String> pathTo(String answer, Map<String, JsonNode> nodes) {
    JsonNode node =
        nodes.values().stream().filter(n -> text(n).equals(answer)).findFirst().orElseThrow();
    List<String> path = new ArrayList<>();
    for (; node != null; node = nodes.get(node.path("parent_id").asText())) {
      path.add(text(node));
    }
    Collections.reverse(path);
    return path;
  }

  private static String text(JsonNode message) {
    return message.path("content").asText();
  }

  private static List<String> brief(List<String> texts) {
    return texts.stream().map(Aftermath::brief).toList();
  }

  private static String brief(String text) {
    return text.substring(0, Math.min(text.length(), 25));
  }

  /** Every conversation of which something was acknowledged is listed. */
  final void checkListing(SessionStore store, List<Chat> chats) {
    Set<String> listed =
        store.list(Integer.MAX_VALUE).stream()
            .map(SessionState::sessionId)
            .map(Object::toString)
            .collect(Collectors.toSet());
    List<String> expected =
        chats.stream().filter(chat -> !chat.acknowledged().isEmpty()).map(Chat::sessionId).toList();
    assertTrue(listed.containsAll(expected), () -> "of " + expected + " listed are " + listed);
  }

  /** How many sessions a kill left half made. */
  int halfMade() throws IOException {
    return 0;
  }

  /** After an orderly end nothing is left that was being written. */
  void checkNothingBesides() throws IOException {}

  /** How many transcripts were repaired. */
  int repaired() throws IOException {
    return 0;
  }
}
