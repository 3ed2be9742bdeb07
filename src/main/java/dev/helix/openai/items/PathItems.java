package dev.helix.openai.items;

import dev.helix.message.Message;
import dev.helix.message.MessageContent;
import dev.helix.openai.request.JsonBytes;
import dev.helix.transcript.Transcript;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Stored messages as the items that they are in the API. Immutable. */
public final class PathItems {
  /** An item of a message. */
  private record Stored(Map<String, Object> item, Message of) {
    String id() {
      return (String) item.get("id");
    }
  }

  private final List<Stored> all = new ArrayList<>();

  private PathItems() {}

  /** The items of stored messages, the oldest first. */
  public static PathItems of(List<Message> messages) {
    PathItems items = new PathItems();
    for (Message message : messages) {
      if (message.isErased()) {
        continue;
      }
      List<Map<String, Object>> kept = ItemNote.items(message);
      if (kept != null) {
        kept.forEach(item -> items.all.add(new Stored(item, message)));
      } else if (message.isAssistant()) {
        items.addAnswer(message);
      } else if (message.role().equals("tool")) {
        items.addOutput(message);
      } else {
        items.addMessage(message);
      }
    }
    return items;
  }

  /** The items, as they are listed. */
  public List<Map<String, Object>> items() {
    return all.stream().map(Stored::item).toList();
  }

  /** The ids that a message's items may have, without looking into it further than its calls. */
  public static List<String> ids(Message message) {
    if (message.id() == null || message.isErased()) {
      return List.of();
    }
    List<Map<String, Object>> kept = ItemNote.items(message);
    if (kept != null) {
      return kept.stream().map(item -> (String) item.get("id")).toList();
    }
    ItemIds of = ItemIds.of(message.id());
    if (message.role().equals("tool")) {
      return List.of(of.output());
    }
    List<String> ids = new ArrayList<>(List.of(of.message(0)));
    if (message.role().equals("user")) {
      ids.add(of.compaction());
    }
    if (message.isAssistant()) {
      ids.add(of.reasoning(0));
      int calls = MessageContent.toolCallIds(message).size();
      for (int i = 0; i < calls; i++) {
        ids.add(of.call(false, i));
        ids.add(of.call(true, i));
      }
    }
    return ids;
  }

  /** What those items stand for that are named: nothing where one is sent to nobody. */
  public Map<String, List<Message>> messages(Set<String> ids) {
    Map<String, List<Message>> found = new LinkedHashMap<>();
    Message read = null;
    Map<Object, Object> calls = Map.of();
    for (Stored stored : all) {
      if (ids.contains(stored.id())) {
        if (read != stored.of()) { // Its items follow one another.
          read = stored.of();
          calls = calls(read);
        }
        found.put(stored.id(), messages(read, stored.item(), calls));
      }
    }
    return found;
  }

  private void addAnswer(Message answer) {
    for (Object item : StoredOutput.of(answer)) {
      @SuppressWarnings("unchecked") // As output items are made.
      Map<String, Object> fields = (Map<String, Object>) item;
      all.add(new Stored(fields, answer));
    }
  }

  /**
   * What one item stands for.
   *
   * @param calls of the answer, by their ids
   */
  private static List<Message> messages(
      Message answer, Map<String, Object> item, Map<Object, Object> calls) {
    if (!answer.isAssistant()) {
      return List.of(answer);
    }
    return switch ((String) item.get("type")) {
      case "message" -> List.of(Transcript.callsTools(answer) ? textOf(answer) : answer);
      case "function_call", "custom_tool_call" -> List.of(call(calls.get(item.get("call_id"))));
      default -> List.of(); // What was thought, or done by tools that are not run here.
    };
  }

  private static Message textOf(Message answer) {
    return Message.of("assistant", answer.text());
  }

  /** The calls of an answer, by their ids; of several with one id the first. */
  private static Map<Object, Object> calls(Message answer) {
    Map<Object, Object> calls = new HashMap<>();
    if (Transcript.callsTools(answer)
        && StoredOutput.json(answer.wireJson()).get("tool_calls") instanceof List<?> called) {
      for (Object each : called) {
        if (each instanceof Map<?, ?> call) {
          calls.putIfAbsent(call.get("id"), call);
        }
      }
    }
    return calls;
  }

  /** An answer with one of the calls of another; with none where that is null. */
  private static Message call(Object call) {
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("role", "assistant");
    message.put("content", null);
    message.put("tool_calls", call == null ? List.of() : List.of(call));
    return Message.parse(JsonBytes.of(message));
  }

  private void addOutput(Message result) {
    Map<String, Object> said = StoredOutput.json(result.wireJson());
    Map<String, Object> item = new LinkedHashMap<>();
    item.put("id", ItemIds.of(result.id()).output());
    item.put("type", "function_call_output");
    item.put("status", OutputItem.COMPLETED);
    item.put("call_id", said.get("tool_call_id"));
    item.put("output", result.text());
    all.add(new Stored(item, result));
  }

  private void addMessage(Message message) {
    Map<String, Object> said = StoredOutput.json(message.wireJson());
    if (message.role().equals("user") && said.get(Compactions.TYPE) instanceof String sealed) {
      String id = ItemIds.of(message.id()).compaction();
      all.add(new Stored(Compactions.item(id, sealed), message));
      return;
    }
    Map<String, Object> item = new LinkedHashMap<>();
    item.put("id", ItemIds.of(message.id()).message(0));
    item.put("type", "message");
    item.put("status", OutputItem.COMPLETED);
    item.put("role", message.role());
    item.put("content", parts(said.get("content")));
    all.add(new Stored(item, message));
  }

  private static List<Object> parts(Object content) {
    if (!(content instanceof List<?> parts)) {
      return List.of(text(content == null ? "" : content.toString()));
    }
    return parts.stream().map(PathItems::part).toList();
  }

  private static Object part(Object part) {
    if (!(part instanceof Map<?, ?> fields)) {
      return text(String.valueOf(part));
    }
    return switch (String.valueOf(fields.get("type"))) {
      case "text" -> text(String.valueOf(fields.get("text")));
      case "image_url" -> image(fields.get("image_url"));
      case "file" -> file(fields.get("file"));
      default -> fields;
    };
  }

  private static Map<String, Object> text(String text) {
    return part("input_text", "text", text);
  }

  private static Map<String, Object> image(Object image) {
    Map<?, ?> fields = image instanceof Map<?, ?> map ? map : Map.of();
    Map<String, Object> item = part("input_image", "image_url", fields.get("url"));
    Object detail = fields.get("detail");
    item.put("detail", detail == null ? "auto" : detail);
    return item;
  }

  private static Map<String, Object> file(Object file) {
    Map<?, ?> fields = file instanceof Map<?, ?> map ? map : Map.of();
    Map<String, Object> item = part("input_file", "filename", fields.get("filename"));
    item.put("file_data", fields.get("file_data"));
    return item;
  }

  private static Map<String, Object> part(String type, String field, Object value) {
    Map<String, Object> part = new LinkedHashMap<>();
    part.put("type", type);
    part.put(field, value);
    return part;
  }
}
