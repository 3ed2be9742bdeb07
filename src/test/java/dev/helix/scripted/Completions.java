package dev.helix.scripted;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Valid bodies of the OpenAI chat completions API, as an upstream sends them. */
public final class Completions {
  /** The data of the event that ends a stream. */
  public static final String DONE = "[DONE]";

  /** The model all of them name. */
  public static final String MODEL = "scripted-1";

  private Completions() {}

  /** A non-streamed completion with one choice that stopped. */
  public static String completion(String text) {
    ObjectNode body = head("chat.completion");
    ObjectNode choice = body.putArray("choices").addObject().put("index", 0);
    choice.set("message", Json.message("assistant", text));
    choice.put("finish_reason", "stop");
    body.putObject("usage")
        .put("prompt_tokens", 1)
        .put("completion_tokens", 2)
        .put("total_tokens", 3);
    return body.toString();
  }

  /**
   * The data of every event of a streamed completion: role, the words, the finish reason, [DONE].
   */
  public static List<String> chunks(String... words) {
    List<String> data = new ArrayList<>();
    data.add(role());
    for (String word : words) {
      data.add(delta(word));
    }
    data.add(finish("stop"));
    data.add(DONE);
    return data;
  }

  /** A chunk that opens the assistant's message. */
  public static String role() {
    return chunk(0, Json.message("assistant", ""), null);
  }

  /** A chunk with a piece of content of the first choice. */
  public static String delta(String content) {
    return delta(0, content);
  }

  /** A chunk with a piece of content of a choice. */
  public static String delta(int choice, String content) {
    return chunk(choice, Json.object().put("content", content), null);
  }

  /** A chunk that ends the first choice. */
  public static String finish(String reason) {
    return chunk(0, Json.object(), reason);
  }

  /** A chunk that ends a choice. */
  public static String finish(int choice, String reason) {
    return chunk(choice, Json.object(), reason);
  }

  /** A chunk with any delta; a null reason becomes JSON's null. */
  public static String chunk(int choice, ObjectNode delta, String finishReason) {
    ObjectNode body = head("chat.completion.chunk");
    ObjectNode one = body.putArray("choices").addObject().put("index", choice);
    one.set("delta", delta);
    one.put("finish_reason", finishReason);
    return body.toString();
  }

  /** A list of models. */
  public static String models(String... ids) {
    ObjectNode body = Json.object().put("object", "list");
    body.putArray("data");
    for (String id : ids) {
      body.withArray("data")
          .addObject()
          .put("id", id)
          .put("object", "model")
          .put("created", 1_700_000_000)
          .put("owned_by", "scripted");
    }
    return body.toString();
  }

  /** An error body with all four keys. */
  public static String error(String message, String type, String code) {
    ObjectNode body = Json.object();
    body.putObject("error")
        .put("message", message)
        .put("type", type)
        .putNull("param")
        .put("code", code);
    return body.toString();
  }

  private static ObjectNode head(String object) {
    return Json.object()
        .put("id", "chatcmpl-scripted")
        .put("object", object)
        .put("created", 1_700_000_000)
        .put("model", MODEL);
  }
}
