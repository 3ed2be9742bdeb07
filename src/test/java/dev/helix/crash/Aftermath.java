package dev.helix.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.Json;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.store.files.FileSessionStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What must be true of the files after a kill and a restart. */
final class Aftermath {
  private static final Pattern NEW = Pattern.compile("new\\..*");
  private static final Pattern TORN = Pattern.compile("messages\\.torn-.*");

  private final Path sessions;

  Aftermath(Path sessions) {
    this.sessions = sessions;
  }

  /**
   * Every acknowledged message of a conversation is there exactly once, and all of them are on one
   * path, in order; every file parses.
   */
  void check(Chat chat) throws IOException {
    Path folder = sessions.resolve(chat.sessionId());
    Json.read(Files.readAllBytes(folder.resolve("status.json")));
    JsonNode array = Json.read(Files.readAllBytes(folder.resolve("context/messages.json")));
    assertTrue(array.isArray(), folder::toString);
    Map<String, JsonNode> nodes = new LinkedHashMap<>();
    array.forEach(element -> nodes.put(element.path("id").asText(), element));
    List<String> texts = nodes.values().stream().map(Aftermath::text).toList();
    for (String said : chat.acknowledged()) {
      assertEquals(1, Collections.frequency(texts, said), () -> folder + ": " + brief(said));
    }
    if (chat.acknowledged().isEmpty()) {
      return;
    }
    List<String> path = pathTo(chat.acknowledged().get(chat.acknowledged().size() - 1), nodes);
    if (chat.isStored()) {
      path.retainAll(Set.copyOf(chat.acknowledged())); // What was not acknowledged may be there.
    }
    assertEquals(brief(chat.acknowledged()), brief(path), folder::toString);
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
  void checkListing(List<Chat> chats) {
    Set<String> listed;
    try (SessionStore store = FileSessionStore.openToRead(sessions)) {
      listed =
          store.list(Integer.MAX_VALUE).stream()
              .map(SessionState::sessionId)
              .map(Object::toString)
              .collect(Collectors.toSet());
    }
    List<String> expected =
        chats.stream().filter(chat -> !chat.acknowledged().isEmpty()).map(Chat::sessionId).toList();
    assertTrue(listed.containsAll(expected), () -> "of " + expected + " listed are " + listed);
  }

  /** How many sessions a kill left half made. */
  int halfMade() throws IOException {
    Path unfinished = sessions.resolve(".unfinished");
    return Files.exists(unfinished) ? matching(unfinished, 1, NEW).size() : 0;
  }

  /** After a start nothing half made lies about. */
  void checkLeftovers() throws IOException {
    assertEquals(0, halfMade());
  }

  /** After an orderly end not even a state that was being replaced is left. */
  void checkNothingBesides() throws IOException {
    assertEquals(List.of(), matching(sessions, 2, Pattern.compile("\\.status\\.json\\.new")));
    assertEquals(List.of(), matching(sessions, 3, Pattern.compile(".*\\.unreadable-.*")));
  }

  /** How many transcripts were repaired. */
  int repaired() throws IOException {
    return matching(sessions, 3, TORN).size();
  }

  private static List<Path> matching(Path folder, int depth, Pattern name) throws IOException {
    try (Stream<Path> files = Files.walk(folder, depth)) {
      return files.filter(file -> name.matcher(file.getFileName().toString()).matches()).toList();
    }
  }
}
