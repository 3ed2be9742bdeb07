package dev.helix.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.helix.message.Message;
import dev.helix.transcript.Transcript;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What is stored of a chat. */
final class Stored {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Transcript transcript;

  Stored(Transcript transcript) {
    this.transcript = transcript;
  }

  /**
   * As it is, without ids.
   *
   * @param squeezed whether answers are without white space
   */
  Outline outline(boolean squeezed) {
    Outline outline = new Outline();
    for (Message message : transcript.messages()) {
      String status = message.status() == null ? "" : " (" + message.status().wireName() + ")";
      outline.add(
          message.id(),
          message.parentId(),
          (squeezed ? said(message).squeezed() : said(message)) + status);
    }
    return outline;
  }

  /**
   * With the ids of the chat's messages, in the chat's own words: a question with its context
   * around it is the question, and white space at the seam of a continued answer is anyone's.
   */
  Outline named(List<ChatNode> chat) {
    Map<String, ChatNode> nodes =
        chat.stream().collect(Collectors.toMap(node -> node.id, Function.identity()));
    Outline outline = new Outline();
    for (Message message : transcript.messages()) {
      Said said = said(message);
      ChatNode node = nodes.get(message.id());
      String label =
          node != null
              ? ChatOutline.label(node.id, inTheChatsWords(said, node), message.status())
              : said.isCalls() ? "calls " + said.calls() : said.toString();
      outline.add(message.id(), message.parentId(), label);
    }
    return outline;
  }

  /** What is stored under an id. */
  Said said(String id) {
    return said(transcript.get(id));
  }

  private static Said inTheChatsWords(Said said, ChatNode node) {
    if (!node.isAnswer()) {
      boolean inside = said.isUser() && said.text().contains(node.asked.text());
      return inside && said.image() == node.asked.image() ? node.asked.plain() : said;
    }
    boolean seam =
        node.continued
            && said.isAnswer()
            && Said.squeezed(said.text()).equals(Said.squeezed(node.stored.text()));
    return seam ? node.stored : said;
  }

  private static Said said(Message message) {
    JsonNode json;
    try {
      json = MAPPER.readTree(message.wireJson());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    JsonNode content = json.path("content");
    String text = content.isTextual() ? content.textValue() : null;
    List<String> calls = new ArrayList<>();
    json.path("tool_calls").forEach(call -> calls.add(call.path("id").asText()));
    JsonNode result = json.path("tool_call_id");
    return new Said(
        message.role(),
        content.isArray() ? message.text() : text,
        text,
        null,
        content.isArray(),
        calls,
        result.isTextual() ? result.textValue() : null);
  }
}
