package dev.helix.turn.reply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.text.Json;
import dev.helix.transcript.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads a whole reply that is a completion. */
public final class WholeReply {
  private final ObjectNode json;

  private WholeReply(ObjectNode json) {
    this.json = json;
  }

  /** Reads a body; what is no JSON object is a reply with nothing in it. */
  public static WholeReply read(byte[] body) {
    try {
      if (Json.MAPPER.readTree(body) instanceof ObjectNode json) {
        return new WholeReply(json);
      }
    } catch (IOException notJson) {
      // As below.
    }
    return new WholeReply(Json.MAPPER.createObjectNode());
  }

  /** Whether this is a chat completion: it has choices, and they have messages. */
  public boolean isCompletion() {
    return json.path("choices").isArray()
        && !json.path("choices").isEmpty()
        && json.path("choices").path(0).path("message").isObject();
  }

  /** The completion's answers, in the order they came. */
  public List<Answer> answers() {
    List<Answer> answers = new ArrayList<>();
    for (JsonNode choice : json.path("choices")) {
      if (choice.path("message") instanceof ObjectNode message) {
        ObjectNode named = Json.MAPPER.createObjectNode().put("role", "assistant");
        named.setAll(message);
        if (!named.path("role").isTextual()) {
          named.put("role", "assistant");
        }
        answers.add(
            new Answer(
                Message.parse(bytes(named)),
                json.path("model").textValue(),
                choice.path("finish_reason").textValue(),
                AnswerStatus.COMPLETED));
      }
    }
    return answers;
  }

  /** The completion as one chunk, for a caller whose stream had begun before the reply. */
  public byte[] asChunk() {
    ObjectNode chunk = json.deepCopy();
    chunk.put("object", "chat.completion.chunk");
    for (JsonNode choice : chunk.path("choices")) {
      if (choice instanceof ObjectNode fields) {
        JsonNode message = fields.remove("message");
        fields.set("delta", message);
        if (message != null && message.path("tool_calls") instanceof ArrayNode calls) {
          for (int i = 0; i < calls.size(); i++) {
            if (calls.get(i) instanceof ObjectNode call) {
              call.put("index", i);
            }
          }
        }
      }
    }
    return bytes(chunk);
  }

  private static byte[] bytes(ObjectNode json) {
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }
}
