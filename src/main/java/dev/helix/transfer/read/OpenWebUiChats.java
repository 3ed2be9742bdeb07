package dev.helix.transfer.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.message.AnswerStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Chats as Open WebUI exports them: with all branches in {@code history.messages}, or, in old ones,
 * the path in {@code messages}. No state.
 */
final class OpenWebUiChats {
  private OpenWebUiChats() {}

  /** Whether a value is such a chat. */
  static boolean matches(JsonNode value) {
    return value.path("chat").isObject()
        || value.path("history").path("messages").isObject()
        || (value.path("messages").isArray() && value.path("models").isArray());
  }

  /** The chats of a value, which may be what Open WebUI's import takes. */
  static List<JsonNode> chats(JsonNode value) {
    if (value.path("chats").isArray()) {
      List<JsonNode> chats = new ArrayList<>();
      value.path("chats").forEach(chats::add);
      return chats;
    }
    return List.of(value);
  }

  /** Whether Open WebUI keeps the chat for itself. */
  static boolean isInternal(JsonNode value) {
    return value.path("meta").path("internal").asBoolean(false);
  }

  static ChatDraft read(JsonNode value, String derivedId) {
    JsonNode chat = value.path("chat").isObject() ? value.path("chat") : value;
    String id = Values.or(Values.text(value, "id"), Values.text(chat, "id"));
    ChatDraft draft = new ChatDraft(id == null ? derivedId : id);
    draft.user = Values.text(value, "user_id");
    draft.title = Values.or(Values.text(value, "title"), Values.text(chat, "title"));
    draft.created = Values.time(value.path("created_at"));
    draft.updated = Values.time(value.path("updated_at"));
    if (draft.created == null) {
      draft.created = Values.time(chat.path("timestamp"));
    }
    system(chat, draft);
    JsonNode history = chat.path("history");
    if (history.path("messages").size() > 0) {
      for (Map.Entry<String, JsonNode> each : history.path("messages").properties()) {
        message(each.getKey(), Values.text(each.getValue(), "parentId"), each.getValue(), draft);
      }
      draft.shown =
          Values.or(Values.text(history, "currentId"), Values.text(value, "current_message_id"));
    } else {
      flat(chat.path("messages"), draft);
    }
    return draft;
  }

  private static void system(JsonNode chat, ChatDraft draft) {
    String prompt =
        Values.or(Values.text(chat.path("params"), "system"), Values.text(chat, "system"));
    if (prompt != null) {
      draft.add(
          new ReadMessage(
              "system", null, Wire.message("system", prompt), draft.created, null, null));
    }
  }

  private static void flat(JsonNode messages, ChatDraft draft) {
    String before = null;
    int number = 0;
    for (JsonNode message : messages) {
      String id = Values.or(Values.text(message, "id"), "message-" + number);
      number++;
      message(
          id, message.has("parentId") ? Values.text(message, "parentId") : before, message, draft);
      before = id;
    }
    draft.shown = before;
  }

  private static void message(String id, String parent, JsonNode message, ChatDraft draft) {
    if (!message.isObject()) {
      draft.add(ReadMessage.between(id, parent));
      return;
    }
    Instant time = Values.time(message.path("timestamp"));
    String role = Values.text(message, "role");
    boolean answers = "assistant".equals(role) || (role == null && message.has("model"));
    if (answers) {
      String model = ChatDraft.model(Values.text(message, "model"));
      Rounds rounds = new Rounds(draft.id);
      if (!OpenWebUiOutput.of(message.path("output"), rounds)) {
        OpenWebUiOutput.ofText(text(message.path("content")), rounds);
      }
      extras(message, rounds.json());
      draft.attachments += files(message, rounds.json());
      draft.addAll(rounds.messages(id, parent, time, model, status(message)));
      return;
    }
    String known = role == null || !role.matches("system|developer|tool") ? "user" : role;
    ObjectNode json = Wire.message(known, text(message.path("content")));
    if (known.equals("tool")) {
      json.put("tool_call_id", Values.or(Values.text(message, "tool_call_id"), ""));
    }
    draft.attachments += files(message, json);
    draft.add(new ReadMessage(id, parent, json, time, null, null));
  }

  /** A text, or the texts of parts. */
  private static String text(JsonNode content) {
    if (!content.isArray()) {
      return content.isTextual() ? content.textValue() : "";
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode part : content) {
      String text = part.isTextual() ? part.textValue() : Values.text(part, "text");
      if (text != null) {
        texts.add(text);
      }
    }
    return String.join("\n", texts);
  }

  private static AnswerStatus status(JsonNode message) {
    JsonNode error = message.path("error");
    if (error.isObject() || error.isTextual() || error.asBoolean(false)) {
      return AnswerStatus.FAILED;
    }
    JsonNode output = message.path("output");
    String last = Values.text(output.path(output.size() - 1), "status");
    boolean broken = message.has("done") && !message.path("done").asBoolean(true);
    return broken || "incomplete".equals(last) ? AnswerStatus.CANCELLED : AnswerStatus.COMPLETED;
  }

  private static void extras(JsonNode message, ObjectNode json) {
    JsonNode error = message.path("error");
    String why = error.isTextual() ? error.textValue() : Values.text(error, "content");
    if (why != null) {
      json.put("error", why);
    }
    JsonNode usage = message.path("usage");
    if (usage.isObject() && !Values.isDeep(usage)) {
      json.set("usage", usage);
    }
  }

  /**
   * Keeps images that are in the file as clients send them, and placeholders of all other files.
   */
  private static int files(JsonNode message, ObjectNode json) {
    int count = 0;
    for (JsonNode file : message.path("files")) {
      String url = Values.or(Values.text(file, "url"), Values.text(file, "id"));
      if (url != null && Wire.isImageData(url) && json.path("role").asText().equals("user")) {
        Wire.image(json, url);
      } else {
        String name =
            Values.or(Values.text(file, "name"), Values.text(file.path("file"), "filename"));
        Wire.attach(json, Values.text(file, "type"), name, url);
      }
      count++;
    }
    for (JsonNode part : message.path("content")) {
      String url = Values.text(part.path("image_url"), "url");
      if (url != null && message.path("content").isArray()) {
        if (Wire.isImageData(url)) {
          Wire.image(json, url);
        } else {
          Wire.attach(json, "image", null, url);
        }
        count++;
      }
    }
    return count;
  }
}
