package dev.helix.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The check after each figure: whatever was answered must lie in the files, whole and in order. */
final class Transcripts {
  private final Path sessions;

  Transcripts(Path sessions) {
    this.sessions = sessions;
  }

  /** The conversation must be a chain of exactly so many turns, each answered to its end. */
  void check(String conversationId, int turns) throws IOException {
    Path file = sessions.resolve("conv-" + conversationId).resolve("context/messages.json");
    Map<String, JsonNode> newest = new HashMap<>();
    JsonNode last = null;
    for (JsonNode element : Json.read(Files.readAllBytes(file))) {
      newest.put(element.path("id").asText(), element);
      last = element;
    }
    int length = 0;
    for (JsonNode node = last; node != null; node = newest.get(node.path("parent_id").asText())) {
      boolean answer = length % 2 == 0;
      require(node.path("role").asText().equals(answer ? "assistant" : "user"), file, node);
      require(!answer || node.path("status").asText().equals("completed"), file, node);
      require(!node.path("content").asText().isEmpty(), file, node);
      length++;
    }
    if (length != 2 * turns || newest.size() != length) {
      throw new IllegalStateException(
          file
              + " holds "
              + newest.size()
              + " messages, in a chain "
              + length
              + ", of "
              + turns
              + " turns");
    }
  }

  /** The streamed answer must hold every token. */
  void checkTokens(String conversationId, int tokens) throws IOException {
    check(conversationId, 1);
    Path file = sessions.resolve("conv-" + conversationId).resolve("context/messages.json");
    JsonNode log = Json.read(Files.readAllBytes(file));
    String text = log.path(log.size() - 1).path("content").asText();
    String[] words = text.strip().split(" ", -1);
    boolean all = words.length == tokens;
    for (int i = 0; all && i < tokens; i++) {
      all = words[i].startsWith(i + ":");
    }
    if (!all) {
      throw new IllegalStateException(file + " lacks tokens: " + text);
    }
  }

  private static void require(boolean condition, Path file, JsonNode node) {
    if (!condition) {
      throw new IllegalStateException(file + " is not as it was said, at " + node);
    }
  }
}
