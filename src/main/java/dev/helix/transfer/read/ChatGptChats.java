package dev.helix.transfer.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.helix.message.AnswerStatus;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A conversation as ChatGPT exports it: a mapping of nodes, some of which have no message, or one
 * that is not shown. One for each; not thread-safe.
 */
final class ChatGptChats {
  /** Settings of the person, which every chat has in it. */
  private static final Set<String> NOT_SAID =
      Set.of("user_editable_context", "model_editable_context", "reasoning_recap");

  private final ChatDraft draft;
  private final JsonNode mapping;
  private final String defaultModel;

  /** The parents that only the lists of children tell. */
  private final Map<String, String> parents = new HashMap<>();

  /** What was thought in a node that is not shown, by its id. */
  private final Map<String, Thought> thoughts = new HashMap<>();

  /** The call that a node is, or is behind, by its id. */
  private final Map<String, String> calls = new LinkedHashMap<>();

  /** What was thought, behind what was thought before; told once. */
  private static final class Thought {
    private final String text;
    private Thought before;

    Thought(String text, Thought before) {
      this.text = text;
      this.before = before;
    }

    String tell() {
      Deque<String> texts = new ArrayDeque<>();
      Thought at = this;
      while (at != null) {
        texts.push(at.text);
        Thought next = at.before;
        at.before = null;
        at = next;
      }
      return String.join("\n", texts);
    }
  }

  private ChatGptChats(ChatDraft draft, JsonNode value) {
    this.draft = draft;
    this.mapping = value.path("mapping");
    this.defaultModel = Values.text(value, "default_model_slug");
  }

  static boolean matches(JsonNode value) {
    return value.path("mapping").isObject();
  }

  static ChatDraft read(JsonNode value, String derivedId) {
    String id = Values.or(Values.text(value, "conversation_id"), Values.text(value, "id"));
    ChatDraft draft = new ChatDraft(id == null ? derivedId : id);
    draft.title = Values.text(value, "title");
    draft.created = Values.time(value.path("create_time"));
    draft.updated = Values.time(value.path("update_time"));
    draft.shown = Values.text(value, "current_node");
    new ChatGptChats(draft, value).read();
    return draft;
  }

  private void read() {
    for (Map.Entry<String, JsonNode> each : mapping.properties()) {
      for (JsonNode child : each.getValue().path("children")) {
        parents.putIfAbsent(child.asText(), each.getKey());
      }
    }
    Set<String> read = new HashSet<>();
    for (Map.Entry<String, JsonNode> each : mapping.properties()) {
      // What is called or thought above a node is known before it.
      List<String> above = new ArrayList<>();
      String at = each.getKey();
      while (at != null && mapping.has(at) && read.add(at)) {
        above.add(at);
        at = parent(at);
      }
      for (int i = above.size() - 1; i >= 0; i--) {
        node(above.get(i), mapping.path(above.get(i)).path("message"), parent(above.get(i)));
      }
    }
  }

  private String parent(String id) {
    return Values.or(Values.text(mapping.path(id), "parent"), parents.get(id));
  }

  private void node(String id, JsonNode message, String parent) {
    JsonNode content = message.path("content");
    String type = Values.or(Values.text(content, "content_type"), "text");
    boolean hidden =
        message.path("metadata").path("is_visually_hidden_from_conversation").asBoolean(false);
    Thought thought = parent == null ? null : thoughts.get(parent);
    if (type.equals("thoughts") || "analysis".equals(Values.text(message, "channel"))) {
      thoughts.put(id, new Thought(thought(content), thought));
      draft.add(ReadMessage.between(id, parent));
      return;
    }
    String role = Values.or(Values.text(message.path("author"), "role"), "");
    ObjectNode json = message.isObject() && !hidden ? message(id, role, message, parent) : null;
    if (NOT_SAID.contains(type) || json == null) {
      keep(thoughts, id, thought);
      keep(calls, id, parent == null ? null : calls.get(parent));
      draft.add(ReadMessage.between(id, parent));
      return;
    }
    boolean answers = json.path("role").asText().equals("assistant");
    if (answers && thought != null) {
      json.put("reasoning_content", thought.tell());
      thoughts.remove(parent);
    }
    Instant time = Values.time(message.path("create_time"));
    String slug = Values.text(message.path("metadata"), "model_slug");
    String model = ChatDraft.model(Values.or(slug, defaultModel));
    String status = Values.or(Values.text(message, "status"), "");
    boolean broken = status.equals("in_progress") || status.equals("finished_partial_completion");
    draft.add(
        new ReadMessage(
            id,
            parent,
            json,
            time,
            answers ? model : null,
            !answers ? null : broken ? AnswerStatus.CANCELLED : AnswerStatus.COMPLETED));
  }

  private static <V> void keep(Map<String, V> map, String id, V value) {
    if (value != null) {
      map.put(id, value);
    }
  }

  private static String thought(JsonNode content) {
    List<String> texts = new ArrayList<>();
    for (JsonNode each : content.path("thoughts")) {
      texts.add(
          Values.or(Values.text(each, "content"), Values.or(Values.text(each, "summary"), "")));
    }
    for (JsonNode part : content.path("parts")) {
      texts.add(Values.or(part.textValue(), ""));
    }
    return String.join("\n", texts);
  }

  /** The message; null where it says nothing. */
  private ObjectNode message(String id, String role, JsonNode message, String parent) {
    ObjectNode json = Wire.message(role, "");
    String text = text(message.path("content"), json);
    for (JsonNode file : message.path("metadata").path("attachments")) {
      Wire.attach(
          json, Values.text(file, "mime_type"), Values.text(file, "name"), Values.text(file, "id"));
      draft.attachments++;
    }
    json.put("content", text);
    boolean nothing = text.isBlank() && !json.has(Wire.ATTACHMENTS);
    String recipient = Values.or(Values.text(message, "recipient"), "all");
    if (role.equals("assistant") && !recipient.equals("all") && !nothing) {
      String callId = Wire.cut(id);
      calls.put(id, callId);
      json.put("content", "");
      return Wire.call(json, callId, recipient, Wire.arguments(TextNode.valueOf(text)));
    }
    String called = parent == null ? null : calls.get(parent);
    switch (role) {
      case "user", "system", "assistant" -> {
        return nothing ? null : json;
      }
      case "tool" -> {
        if (called != null) {
          calls.put(id, called);
          json.put("tool_call_id", called);
          return json;
        }
        // Of a tool that nobody called there is no result to send.
        return nothing ? null : json.put("role", "assistant");
      }
      default -> {
        return null;
      }
    }
  }

  /** The text, with placeholders in the places of what is none. */
  private String text(JsonNode content, ObjectNode json) {
    List<String> texts = new ArrayList<>();
    if (content.path("parts").isArray()) {
      for (JsonNode part : content.path("parts")) {
        if (part.isTextual()) {
          texts.add(part.textValue());
        } else if (part.isObject()) {
          texts.add(part(part, json));
        }
      }
    } else {
      for (String field : new String[] {"title", "url", "text", "result", "content"}) {
        String text = Values.text(content, field);
        if (text != null) {
          texts.add(text);
        }
      }
    }
    return String.join("\n", texts);
  }

  private String part(JsonNode part, ObjectNode json) {
    String text = Values.text(part, "text");
    if (text != null) {
      return text; // What was heard.
    }
    String type = Values.or(Values.text(part, "content_type"), "file");
    String asset =
        Values.or(
            Values.text(part, "asset_pointer"),
            Values.text(part.path("audio_asset_pointer"), "asset_pointer"));
    Wire.attach(json, type, null, asset);
    draft.attachments++;
    return "[" + type.replace("_asset_pointer", "") + (asset == null ? "" : ": " + asset) + "]";
  }
}
