package dev.helix.transfer.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.message.AnswerStatus;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * A conversation as LibreChat exports it: its messages in a row, or each with its replies in it. No
 * state.
 */
final class LibreChatChats {
  private static final String ROOT = "00000000-0000-0000-0000-000000000000";

  private LibreChatChats() {}

  static boolean matches(JsonNode value) {
    return value.has("messagesTree")
        || (value.has("conversationId") && value.has("messages") && !value.has("models"));
  }

  /** Messages side by side, of which the next is read, below another. */
  private record Row(Iterator<JsonNode> messages, String parent) {}

  static ChatDraft read(JsonNode value, String derivedId) {
    String id = Values.text(value, "conversationId");
    ChatDraft draft = new ChatDraft(id == null ? derivedId : id);
    draft.title = Values.text(value, "title");
    draft.user = Values.text(value, "user");
    draft.created = Values.time(value.path("createdAt"));
    draft.updated = Values.time(value.path("updatedAt"));
    String prompt =
        Values.or(
            Values.text(value.path("options"), "promptPrefix"),
            Values.text(value.path("options"), "system"));
    if (prompt != null) {
      draft.add(new ReadMessage("system", null, Wire.message("system", prompt), null, null, null));
    }
    String model = Values.text(value.path("options"), "model");
    JsonNode top = value.has("messagesTree") ? value.path("messagesTree") : value.path("messages");
    Deque<Row> open = new ArrayDeque<>();
    open.push(new Row((top.isObject() ? List.of(top) : top).iterator(), null));
    Instant latest = null;
    int number = 0;
    while (!open.isEmpty()) {
      Row row = open.peek();
      if (!row.messages().hasNext()) {
        open.pop();
        continue;
      }
      JsonNode message = row.messages().next();
      String own = Values.or(Values.text(message, "messageId"), "message-" + number);
      number++;
      message(own, parent(message, row.parent()), model, message, draft);
      open.push(new Row(message.path("children").iterator(), own));
      Instant time = time(message);
      if (latest == null || (time != null && !time.isBefore(latest))) {
        latest = time;
        draft.shown = own;
      }
    }
    return draft;
  }

  private static String parent(JsonNode message, String around) {
    String named = Values.text(message, "parentMessageId");
    return named == null || named.equals(ROOT) ? around : named;
  }

  private static Instant time(JsonNode message) {
    return Values.time(message.path("createdAt"));
  }

  private static void message(
      String id, String parent, String chatsModel, JsonNode message, ChatDraft draft) {
    if (!message.isObject()) {
      draft.add(ReadMessage.between(id, parent));
      return;
    }
    if (asks(message)) {
      Rounds parts = new Rounds(draft.id);
      content(message, parts, draft);
      String text =
          parts.messages(id, parent, null, null, null).get(0).json().path("content").asText();
      ObjectNode json = Wire.message("user", text);
      draft.attachments += files(message, json);
      draft.add(new ReadMessage(id, parent, json, time(message), null, null));
      return;
    }
    Rounds rounds = new Rounds(draft.id);
    content(message, rounds, draft);
    draft.attachments += files(message, rounds.json());
    AnswerStatus status =
        message.path("error").asBoolean(false)
            ? AnswerStatus.FAILED
            : message.path("unfinished").asBoolean(false)
                ? AnswerStatus.CANCELLED
                : AnswerStatus.COMPLETED;
    String model = ChatDraft.model(Values.or(Values.text(message, "model"), chatsModel));
    draft.addAll(rounds.messages(id, parent, time(message), model, status));
  }

  private static boolean asks(JsonNode message) {
    return message.has("isCreatedByUser")
        ? message.path("isCreatedByUser").asBoolean(false)
        : "User".equalsIgnoreCase(Values.text(message, "sender"));
  }

  private static void content(JsonNode message, Rounds rounds, ChatDraft draft) {
    if (!message.path("content").isArray()) {
      rounds.text(Values.or(Values.text(message, "text"), ""));
      return;
    }
    int number = 0;
    for (JsonNode part : message.path("content")) {
      String type = Values.or(Values.text(part, "type"), "");
      number++;
      switch (type) {
        case "text" -> rounds.text(value(part.path("text")));
        case "error" ->
            rounds.text(value(part.has("error") ? part.path("error") : part.path("text")));
        case "think" -> rounds.thought(value(part.path("think")));
        case "tool_call" -> tool(part.path("tool_call"), number, rounds);
        default -> {
          JsonNode file = part.path(type);
          String place = Values.or(Values.text(file, "filepath"), Values.text(file, "url"));
          Wire.attach(rounds.json(), type, Values.text(file, "filename"), place);
          draft.attachments++;
        }
      }
    }
  }

  private static void tool(JsonNode call, int number, Rounds rounds) {
    JsonNode function = call.path("function").isObject() ? call.path("function") : call;
    String id = Values.or(Values.text(call, "id"), "call-" + number);
    JsonNode arguments = function.has("args") ? function.path("args") : function.path("arguments");
    rounds.call(id, Values.text(function, "name"), arguments);
    JsonNode output = function.path("output");
    if (!output.isMissingNode() && !output.isNull()) {
      rounds.result(
          id, output.isTextual() ? output.textValue() : Values.or(Values.json(output), ""));
    }
  }

  /** A text, which may be in an object. */
  private static String value(JsonNode text) {
    return Values.or(text.textValue(), Values.or(Values.text(text, "value"), ""));
  }

  private static int files(JsonNode message, ObjectNode json) {
    int count = 0;
    for (String field : new String[] {"files", "attachments"}) {
      for (JsonNode file : message.path(field)) {
        String place = Values.or(Values.text(file, "filepath"), Values.text(file, "file_id"));
        Wire.attach(json, Values.text(file, "type"), Values.text(file, "filename"), place);
        count++;
      }
    }
    return count;
  }
}
