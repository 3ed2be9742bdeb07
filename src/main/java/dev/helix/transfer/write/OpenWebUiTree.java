package dev.helix.transfer.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.message.MessageKind;
import dev.helix.text.Json;
import dev.helix.transcript.Transcript;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A transcript as Open WebUI has it: an answer with all its calls of tools is one message. One for
 * each session; not thread-safe.
 */
final class OpenWebUiTree {
  private final Transcript transcript;
  private final Map<String, ObjectNode> messages = new LinkedHashMap<>();
  private final SortedSet<String> models = new TreeSet<>();
  private final Map<String, List<Message>> below = new LinkedHashMap<>();
  private String shown;

  private OpenWebUiTree(Transcript transcript) {
    this.transcript = transcript;
  }

  static OpenWebUiTree of(Transcript transcript) throws IOException {
    OpenWebUiTree tree = new OpenWebUiTree(transcript);
    for (Message message : transcript.messages()) {
      if (message.parentId() != null) {
        tree.below.computeIfAbsent(message.parentId(), id -> new ArrayList<>()).add(message);
      }
    }
    for (Message message : transcript.messages()) {
      if (tree.isOne(message)) {
        tree.add(message);
      }
    }
    tree.link();
    return tree;
  }

  /** The messages by their ids, in the order in which they came. */
  Map<String, ObjectNode> messages() {
    return messages;
  }

  SortedSet<String> models() {
    return models;
  }

  /** The message that is shown; null where there is none. */
  String shown() {
    return shown;
  }

  private static boolean isRound(Message message) {
    return message != null && MessageKind.of(message).isRound();
  }

  /** Whether a message is one of Open WebUI's, and no part of another answer. */
  private boolean isOne(Message message) {
    List<Message> next = below.getOrDefault(message.id(), List.of());
    // Rounds without a last text end where somebody else goes on, or nobody does.
    return !isRound(message)
        || next.stream().noneMatch(each -> isRound(each) || each.isAssistant())
        || next.stream().anyMatch(each -> !isRound(each) && !each.isAssistant());
  }

  private void add(Message message) throws IOException {
    Deque<Message> rounds = new ArrayDeque<>();
    Set<String> passed = new HashSet<>();
    Message above = transcript.get(message.parentId());
    boolean answers = message.isAssistant() || isRound(message);
    while (answers && isRound(above) && passed.add(above.id())) {
      rounds.push(above);
      above = transcript.get(above.parentId());
    }
    ObjectNode one = Json.MAPPER.createObjectNode();
    one.put("id", message.id());
    one.put("parentId", above == null ? null : above.id());
    one.putArray("childrenIds");
    JsonNode json = Json.MAPPER.readTree(message.wireJson());
    if (answers) {
      rounds.addLast(message);
      answer(one, rounds, json, message);
    } else {
      one.put("role", message.role());
      one.put("content", message.text());
    }
    files(one, json);
    if (message.timestamp() != null) {
      one.put("timestamp", message.timestamp().getEpochSecond());
    }
    messages.put(message.id(), one);
  }

  private void answer(ObjectNode one, Deque<Message> rounds, JsonNode json, Message last)
      throws IOException {
    one.put("role", "assistant");
    ArrayNode output = Json.MAPPER.createArrayNode();
    List<String> texts = new ArrayList<>();
    String model = null;
    for (Message each : rounds) {
      items(each, each == last ? json : Json.MAPPER.readTree(each.wireJson()), output, texts);
      model = each.model() == null ? model : each.model();
    }
    one.put("content", String.join("\n", texts));
    if (model != null) {
      one.put("model", model);
      models.add(model);
    }
    boolean silent = last.status() == AnswerStatus.CANCELLED && texts.isEmpty();
    one.put("done", !silent);
    if (last.status() == AnswerStatus.CANCELLED && output.size() > 0) {
      ((ObjectNode) output.get(output.size() - 1)).put("status", "incomplete");
    }
    if (last.status() == AnswerStatus.FAILED) {
      one.putObject("error").put("content", json.path("error").asText("It broke off."));
    }
    if (json.path("usage").isObject()) {
      one.set("usage", json.path("usage"));
    }
    // A plain text needs no items.
    boolean plain = output.size() == 1 && last.status() == AnswerStatus.COMPLETED;
    if (output.size() > 0 && !(plain && output.get(0).path("type").asText().equals("message"))) {
      one.set("output", output);
    }
  }

  private static void items(Message message, JsonNode json, ArrayNode output, List<String> texts) {
    if (!message.isAssistant()) {
      ObjectNode result = output.addObject().put("type", "function_call_output");
      result.put("call_id", json.path("tool_call_id").asText());
      result.put("status", "completed");
      result.putArray("output").addObject().put("type", "input_text").put("text", message.text());
      return;
    }
    String thought = json.path("reasoning_content").asText();
    if (!thought.isEmpty()) {
      ObjectNode item = output.addObject().put("type", "reasoning").put("status", "completed");
      item.putArray("content").addObject().put("type", "output_text").put("text", thought);
      item.putArray("summary");
    }
    if (!message.text().isEmpty()) {
      texts.add(message.text());
      ObjectNode item = output.addObject().put("type", "message").put("status", "completed");
      item.put("role", "assistant");
      item.putArray("content").addObject().put("type", "output_text").put("text", message.text());
    }
    for (JsonNode call : json.path("tool_calls")) {
      ObjectNode item = output.addObject().put("type", "function_call").put("status", "completed");
      item.put("call_id", call.path("id").asText());
      item.put("name", call.path("function").path("name").asText());
      item.put("arguments", call.path("function").path("arguments").asText());
    }
  }

  /** Images of a question, and placeholders, as files of it. */
  private static void files(ObjectNode one, JsonNode json) {
    for (JsonNode part : json.path("content")) {
      String url = part.path("image_url").path("url").textValue();
      if (url != null) {
        one.withArray("/files").addObject().put("type", "image").put("url", url);
      }
    }
    for (JsonNode file : json.path("attachments")) {
      one.withArray("/files").add(file);
    }
  }

  private void link() {
    for (ObjectNode message : messages.values()) {
      ObjectNode parent = messages.get(message.path("parentId").asText());
      if (parent == null) {
        message.putNull("parentId");
      } else {
        ((ArrayNode) parent.get("childrenIds")).add(message.path("id").asText());
      }
    }
    Message end = transcript.currentEnd(false);
    if (end != null) {
      shown = messages.containsKey(end.id()) ? end.id() : null;
    } else if (!messages.isEmpty()) {
      shown = List.copyOf(messages.keySet()).get(messages.size() - 1);
    }
  }
}
