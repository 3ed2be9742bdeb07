package dev.helix.turn.reply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.http.ApiError;
import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.text.Json;
import dev.helix.transcript.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Reads a whole reply: a completion, or an error in whatever form the backend gives it. */
public final class WholeReply {
  private static final int QUOTED_CHARACTERS = 500;

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

  /**
   * The error's body for the caller. An error object of OpenAI's form passes with all it has,
   * completed to its four keys; anything else becomes one of ours, with the text that other servers
   * put into {@code error}, {@code detail} or {@code message}.
   */
  public byte[] errorBody(int status) {
    if (json.path("error") instanceof ObjectNode given) {
      ObjectNode whole = json.deepCopy();
      ObjectNode error = (ObjectNode) whole.get("error");
      if (!given.path("message").isTextual()) {
        error.put("message", "The upstream answered with status " + status + ".");
      }
      if (!given.path("type").isTextual()) {
        error.put("type", type(status));
      }
      for (String key : List.of("param", "code")) {
        if (!given.has(key)) {
          error.putNull(key);
        }
      }
      return bytes(whole);
    }
    String detail =
        Stream.of("error", "detail", "message")
            .map(json::path)
            .filter(JsonNode::isTextual)
            .findFirst()
            .map(text -> text.textValue().strip())
            .orElse("");
    if (detail.length() > QUOTED_CHARACTERS) {
      detail = detail.substring(0, QUOTED_CHARACTERS) + "…";
    }
    String message =
        "The upstream answered with status "
            + status
            + (detail.isEmpty() ? " and no error that could be read." : ": " + detail);
    return new ApiError(status, message, type(status), null, "upstream_error").toJson();
  }

  private static String type(int status) {
    if (status == 429) {
      return "rate_limit_error";
    }
    return status < 500 ? "invalid_request_error" : "upstream_error";
  }

  private static byte[] bytes(ObjectNode json) {
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }
}
