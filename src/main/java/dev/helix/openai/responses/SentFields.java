package dev.helix.openai.responses;

import dev.helix.http.InvalidRequestException;
import dev.helix.openai.items.Included;
import dev.helix.openai.request.JsonFields;
import dev.helix.openai.request.JsonRope;
import dev.helix.openai.request.JsonSlice;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The fields of a chat request, besides model and messages, that are made of a request's. What this
 * API has no other name for goes as it came, also what nobody here knows. One for each body.
 */
final class SentFields {
  private static final String NEW_MOST = "max_completion_tokens";
  private static final String OLD_MOST = "max_tokens";

  /** Fields that have another form or no place in a chat request. */
  private static final Set<String> OWN =
      Set.of(
          "model",
          "input",
          "messages",
          "instructions",
          "previous_response_id",
          "conversation",
          "prompt",
          "store",
          "background",
          "stream",
          "stream_options",
          "include",
          "metadata",
          "truncation",
          "context_management",
          "client_metadata",
          "max_output_tokens",
          "max_tool_calls",
          "reasoning",
          "text",
          "tools",
          "tool_choice",
          "parallel_tool_calls",
          "top_logprobs",
          "n");

  private final JsonFields body;
  private final Included included;
  private final boolean maxTokens;
  private final Map<String, JsonRope> sent = new LinkedHashMap<>();

  private SentFields(JsonFields body, Included included, boolean maxTokens) {
    this.body = body;
    this.included = included;
    this.maxTokens = maxTokens;
  }

  /**
   * The fields in their order.
   *
   * @param maxTokens whether the most tokens are {@code max_tokens}, as older servers have it
   */
  static Map<String, JsonRope> of(
      JsonFields body,
      boolean stream,
      TextFormat text,
      ToolChoice choice,
      Included included,
      boolean maxTokens)
      throws InvalidRequestException {
    SentFields fields = new SentFields(body, included, maxTokens);
    fields.renamed(text);
    fields.tools(choice);
    for (String name : body.names()) {
      if (!OWN.contains(name)) {
        fields.sent.putIfAbsent(name, JsonRope.of(body.get(name)));
      }
    }
    fields.options(stream);
    return fields.sent;
  }

  /** Those of a request for a summary, which is a text and calls no tools. */
  static Map<String, JsonRope> ofSummary(Map<String, JsonRope> fields) {
    Map<String, JsonRope> sent = new LinkedHashMap<>(fields);
    sent.keySet().removeAll(Set.of("response_format", "logprobs", "top_logprobs"));
    if (sent.containsKey("tools")) {
      sent.put("tool_choice", JsonRope.quoted("none"));
    }
    return sent;
  }

  /** Those of a frame of a WebSocket, without what is said to the WebSocket's server. */
  static Map<String, JsonRope> ofFrame(Map<String, JsonRope> fields) {
    Map<String, JsonRope> sent = new LinkedHashMap<>(fields);
    sent.keySet().removeAll(Set.of("type", "generate", "stream_id"));
    return sent;
  }

  private void renamed(TextFormat text) throws InvalidRequestException {
    JsonFields reasoning = body.fields("reasoning");
    send("response_format", text.responseFormat());
    send("verbosity", rope(text.verbosity()));
    send("reasoning_effort", reasoning == null ? null : rope(reasoning.string("effort")));
  }

  /** Without tools servers refuse what is said of them. */
  private void tools(ToolChoice choice) throws InvalidRequestException {
    JsonRope tools = choice.tools();
    if (tools == null) {
      return;
    }
    sent.put("tools", tools);
    send("tool_choice", choice.json());
    if (body.get("parallel_tool_calls") != null) {
      boolean parallel = body.flag("parallel_tool_calls", true);
      sent.put("parallel_tool_calls", new JsonRope().ascii("" + parallel));
    }
  }

  private void options(boolean stream) throws InvalidRequestException {
    if (body.get("max_output_tokens") != null) {
      sent.remove(maxTokens ? NEW_MOST : OLD_MOST);
      sent.put(maxTokens ? OLD_MOST : NEW_MOST, JsonRope.of(body.get("max_output_tokens")));
    }
    JsonSlice most = body.get("top_logprobs");
    boolean asksMost = most != null && body.integer("top_logprobs").signum() > 0;
    if (included.logprobs() || asksMost) {
      sent.put("logprobs", new JsonRope().ascii("true"));
      send("top_logprobs", rope(most));
    }
    if (stream) {
      sent.put("stream", new JsonRope().ascii("true"));
      sent.put("stream_options", new JsonRope().ascii("{\"include_usage\":true}"));
    }
  }

  private void send(String name, JsonRope value) {
    if (value != null) {
      sent.put(name, value);
    }
  }

  private static JsonRope rope(JsonSlice value) {
    return value == null ? null : JsonRope.of(value);
  }
}
