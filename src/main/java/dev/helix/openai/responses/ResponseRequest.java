package dev.helix.openai.responses;

import dev.helix.http.ApiError;
import dev.helix.http.InvalidRequestException;
import dev.helix.message.Message;
import dev.helix.openai.request.JsonRope;
import dev.helix.openai.request.ToolRound;
import dev.helix.openai.responses.InputItem.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A request to make a response, read once and checked, as it is asked of a chat backend. It shares
 * the body's bytes. Immutable.
 */
final class ResponseRequest {
  private final ResponseRequestReader read;
  private final String model;
  private final List<InputItem> items;
  private final Map<String, Object> asked;

  /** Null until they are asked for. */
  private List<Message> messages;

  private ResponseRequest(ResponseRequestReader read, String model, List<InputItem> items) {
    this.read = read;
    this.model = model;
    this.items = items;
    Map<String, Object> echo = new LinkedHashMap<>(read.asked());
    echo.put("model", model);
    this.asked = Collections.unmodifiableMap(echo);
  }

  /** The same where nothing is set. */
  static ResponseRequest parse(byte[] body) throws InvalidRequestException {
    return parse(body, ResponseSettings.DEFAULT);
  }

  /** Reads a body, which must not be changed afterwards. */
  static ResponseRequest parse(byte[] body, ResponseSettings settings)
      throws InvalidRequestException {
    ResponseRequestReader read = ResponseRequestReader.read(body, settings);
    return new ResponseRequest(read, read.model(), read.items());
  }

  boolean stream() {
    return read.stream();
  }

  /** Whether the response is to be kept. */
  boolean store() {
    return read.store();
  }

  boolean background() {
    return read.background();
  }

  /** Whether the caller names a model. */
  boolean namesModel() {
    return model != null;
  }

  /** This request with a model in place of the one that it names, if any. */
  ResponseRequest withModel(String id) {
    return new ResponseRequest(read, id, items);
  }

  /** The response that is followed; null where none is named. */
  String previousResponseId() {
    return read.previous();
  }

  /** The id of the conversation that is named; null for none. */
  String conversation() {
    return read.conversation();
  }

  /**
   * The input as chat messages; may be empty.
   *
   * @throws IllegalStateException if items are referred to that were not resolved
   */
  List<Message> messages() {
    List<Message> known = messages; // A race makes them twice, alike.
    if (known == null) {
      known = InputMessages.of(items);
      messages = known;
    }
    return known;
  }

  /** Whether the input brings the results of calls that are stored. */
  boolean beginsWithResult() {
    return ToolRound.beginWithResult(messages());
  }

  /** Whether no item can be one that is stored, or refers to what is. */
  boolean isPlain() {
    return itemIds().isEmpty();
  }

  /** Whether it brings outputs of calls. */
  boolean hasOutputs() {
    return items.stream().anyMatch(item -> item.kind() == Kind.OUTPUT);
  }

  /** The ids of items and calls, and {@link #idsOnPath the names of outputs}. */
  Set<String> itemIds() {
    Set<String> ids = new LinkedHashSet<>();
    for (InputItem item : items) {
      if (item.id() != null) {
        ids.add(item.id());
      }
      if (item.callId() != null) {
        ids.add(item.callId());
      }
      if (item.kind() == Kind.OUTPUT) {
        ids.add(CallCheck.outputOf(item.callId()));
      }
    }
    return ids;
  }

  /**
   * The ids of a path's calls and the names of their outputs, which are known apart: an output
   * whose call alone is stored is new.
   */
  static Set<String> idsOnPath(List<Message> path) {
    return CallCheck.onPath(path);
  }

  /** This request without the items whose ids, or whose calls or outputs, are known. */
  ResponseRequest without(Set<String> known) {
    List<InputItem> rest = items.stream().filter(item -> !isKnown(item, known)).toList();
    return rest.size() == items.size() ? this : new ResponseRequest(read, model, rest);
  }

  private static boolean isKnown(InputItem item, Set<String> known) {
    if (item.id() != null && known.contains(item.id())) {
      return true;
    }
    return switch (item.kind()) {
      case CALL -> known.contains(item.callId());
      case OUTPUT -> known.contains(CallCheck.outputOf(item.callId()));
      default -> false;
    };
  }

  /** The ids of stored items in whose place the input has references. */
  Set<String> itemReferences() {
    Set<String> ids = new LinkedHashSet<>();
    for (InputItem item : items) {
      if (item.kind() == Kind.REFERENCE) {
        ids.add(item.id());
      }
    }
    return ids;
  }

  /**
   * This request with the messages of stored items in place of the references.
   *
   * @param found by the items' ids; of a call an answer with this call alone, and of an item that
   *     is sent to nobody an empty list
   * @throws InvalidRequestException if one is not among them
   */
  ResponseRequest resolved(Map<String, List<Message>> found) throws InvalidRequestException {
    List<InputItem> all = new ArrayList<>(items.size());
    for (InputItem item : items) {
      if (item.kind() != Kind.REFERENCE) {
        all.add(item);
        continue;
      }
      List<Message> stored = found.get(item.id());
      if (stored == null) {
        throw notFound(item.id());
      }
      stored.forEach(message -> all.addAll(StoredItem.of(item.id(), message)));
    }
    return new ResponseRequest(read, model, List.copyOf(all));
  }

  private InvalidRequestException notFound(String id) {
    String found = "Item with id '" + CallCheck.shown(id) + "' not found.";
    String why = store() ? "" : " Items are not kept where 'store' is false.";
    return new InvalidRequestException(
        new ApiError(404, found + why, "invalid_request_error", "input", null));
  }

  /**
   * Refuses calls without their outputs and outputs without their calls.
   *
   * @param path what is stored before this request; may be empty
   */
  void checkCalls(List<Message> path) throws InvalidRequestException {
    CallCheck.check(items, path);
  }

  /** The response's fields that say what was asked, all of them, in its order. */
  Map<String, Object> asked() {
    return asked;
  }

  /** The kinds of tools that are not sent. */
  List<String> leftOut() {
    return read.leftOut();
  }

  /**
   * The chat request: the instructions, or a stored system message where there are none, the system
   * messages with which the input begins, the history, and the rest of the input.
   *
   * @param system null for none
   * @param reasoning whether what a model thought is sent; in a tool round whose results come it is
   *     sent anyway
   */
  byte[] bodyWith(List<Message> history, Message system, boolean reasoning) {
    List<Message> own = messages();
    JsonRope body = new JsonRope().ascii("{");
    if (model != null) {
      body.ascii("\"model\":").quote(model).ascii(",");
    }
    body.ascii("\"messages\":");
    List<byte[]> sent = new ArrayList<>();
    if (read.instructions() != null) {
      sent.add(
          new JsonRope()
              .ascii("{\"role\":\"system\",\"content\":")
              .add(read.instructions())
              .ascii("}")
              .toBytes());
    } else if (system != null) {
      sent.add(system.sentJson(reasoning));
    }
    int leading = 0;
    while (leading < own.size() && own.get(leading).isSystem()) {
      sent.add(own.get(leading++).sentJson(reasoning));
    }
    int round = ToolRound.from(history, own);
    for (int i = 0; i < history.size(); i++) {
      sent.add(history.get(i).sentJson(reasoning || i >= round));
    }
    int ownRound = ToolRound.atEnd(own);
    for (int i = leading; i < own.size(); i++) {
      sent.add(own.get(i).sentJson(reasoning || i >= ownRound));
    }
    for (int i = 0; i < sent.size(); i++) {
      body.ascii(i == 0 ? "[" : ",").add(sent.get(i));
    }
    body.ascii(sent.isEmpty() ? "[]" : "]");
    read.sent().forEach((name, value) -> body.ascii(",").quote(name).ascii(":").add(value));
    return body.ascii("}").toBytes();
  }
}
