package dev.helix.openai.responses;

import dev.helix.http.ApiError;
import dev.helix.http.InvalidRequestException;
import dev.helix.message.Message;
import dev.helix.openai.items.CallCheck;
import dev.helix.openai.items.Compactions;
import dev.helix.openai.items.Included;
import dev.helix.openai.items.InputItem;
import dev.helix.openai.items.InputItem.Kind;
import dev.helix.openai.items.InputMessages;
import dev.helix.openai.items.StoredItem;
import dev.helix.openai.request.JsonRope;
import dev.helix.openai.request.TokenEstimate;
import dev.helix.openai.request.ToolRound;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A request to make a response, read once and checked, as it is asked of a chat backend. It shares
 * the body's bytes. Immutable.
 */
final class ResponseRequest {
  /** What models read besides the messages. */
  private static final List<String> READ_BY_MODELS = List.of("tools", "response_format");

  private final ResponseRequestReader read;
  private final String model;
  private final List<InputItem> items;
  private final Map<String, Object> asked;

  /** What is sent before the input, as if it stood in it; may be empty. */
  private final List<Message> before;

  /** Null until they are asked for. */
  private List<Message> messages;

  private ResponseRequest(
      ResponseRequestReader read,
      String model,
      List<InputItem> items,
      List<Message> before,
      Map<String, Object> echo) {
    this.read = read;
    this.model = model;
    this.items = items;
    this.before = before;
    this.asked = Collections.unmodifiableMap(echo);
  }

  /** Reads a body, which must not be changed afterwards. */
  static ResponseRequest parse(
      byte[] body, RequestPurpose purpose, Compactions compactions, ResponseSettings settings)
      throws InvalidRequestException {
    ResponseRequestReader read = ResponseRequestReader.read(body, purpose, compactions, settings);
    Map<String, Object> echo = new LinkedHashMap<>(read.asked());
    echo.put("model", read.model());
    return new ResponseRequest(read, read.model(), read.items(), List.of(), echo);
  }

  boolean stream() {
    return read.stream();
  }

  /** Whether the backend is asked for a stream, as the caller is or may be told of one. */
  boolean streams() {
    return read.stream() || read.background();
  }

  /** Whether the response is to be kept. */
  boolean store() {
    return read.store();
  }

  boolean background() {
    return read.background();
  }

  /** What is told of the response that is not told otherwise. */
  Included included() {
    return read.included();
  }

  /** Whether a response is to be made; else something of what it would be made of. */
  boolean makesResponse() {
    return read.purpose().isResponse();
  }

  /** Whether a summary is to be made of it. */
  boolean isForSummary() {
    return read.purpose() == RequestPurpose.SUMMARY;
  }

  /** Whether the oldest turns may be left out where all is too long for the model. */
  boolean truncates() {
    return makesResponse() && "auto".equals(asked.get("truncation"));
  }

  /** Whether the caller names a model. */
  boolean namesModel() {
    return model != null;
  }

  /** This request with a model in place of the one that it names, if any. */
  ResponseRequest withModel(String id) {
    Map<String, Object> echo = new LinkedHashMap<>(asked);
    echo.put("model", id);
    return new ResponseRequest(read, id, items, before, echo);
  }

  /**
   * This request behind what was said up to a response that is not stored, as if all of that stood
   * in its input; without the items that repeat some of it.
   *
   * @param id the response's
   */
  ResponseRequest after(String id, List<Message> said) {
    Map<String, Object> echo = new LinkedHashMap<>(asked);
    echo.put("previous_response_id", id);
    List<InputItem> rest = without(idsOnPath(said)).items;
    return new ResponseRequest(read, model, rest, said, echo);
  }

  private ResponseRequest with(List<InputItem> others) {
    return new ResponseRequest(read, model, List.copyOf(others), before, asked);
  }

  /** How many bytes the messages before the input have. */
  long lengthBefore() {
    return before.stream().mapToLong(Message::length).sum();
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
   * The input as chat messages, with what is sent before it; may be empty.
   *
   * @throws IllegalStateException if items are referred to that were not resolved
   */
  List<Message> messages() {
    List<Message> known = messages; // A race makes them twice, alike.
    if (known == null) {
      known = InputMessages.of(items);
      if (!before.isEmpty()) {
        known = Stream.concat(before.stream(), known.stream()).toList();
      }
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

  /** Whether an item says something to a model, and is not only passed over or a reference. */
  boolean saysSomething() {
    return items.stream()
        .anyMatch(item -> item.kind() != Kind.REASONING && item.kind() != Kind.REFERENCE);
  }

  /**
   * Refuses what comes to nothing that a model could be sent.
   *
   * @param history what is stored before this request
   * @param system the stored system message; null for none
   */
  void checkSaysSomething(List<Message> history, Message system) throws InvalidRequestException {
    if (!saysSomething() && history.isEmpty() && leading(system) == null) {
      throw ResponseRequestReader.saysNothing();
    }
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

  /**
   * This request without the items whose ids, or whose calls or outputs, are known, and without
   * what an assistant says just before such a call, as both are one message.
   */
  ResponseRequest without(Set<String> known) {
    List<InputItem> rest = new ArrayList<>(items.size());
    boolean said = false; // by an assistant, directly before
    for (InputItem item : items) {
      if (!isKnown(item, known)) {
        rest.add(item);
        said = "assistant".equals(item.role());
      } else {
        if (said && item.kind() == Kind.CALL) {
          rest.remove(rest.size() - 1);
        }
        said = false;
      }
    }
    return rest.size() == items.size() ? this : with(rest);
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

  /**
   * The ids of stored items in whose place the input has references.
   *
   * @throws InvalidRequestException if one is there twice: a short request could ask for a long one
   */
  Set<String> itemReferences() throws InvalidRequestException {
    Set<String> ids = new LinkedHashSet<>();
    for (InputItem item : items) {
      if (item.kind() == Kind.REFERENCE && !ids.add(item.id())) {
        throw CallCheck.twice("input", item.id());
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
    return with(all);
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
    CallCheck.check(items, before.isEmpty() ? path : before);
  }

  /** This request with a user's words behind its input. */
  ResponseRequest asking(String words) {
    List<InputItem> all = new ArrayList<>(items);
    all.add(InputItem.message(null, "user", JsonRope.quoted(words), null));
    return with(all);
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
    return bodyWith(history, messages(), system, reasoning);
  }

  /** The same with these messages of the input. */
  byte[] bodyWith(List<Message> history, List<Message> own, Message system, boolean reasoning) {
    return new ChatBody(model, read.sent()).of(leading(system), history, own, reasoning);
  }

  /**
   * The system message before all others: the instructions, or, without any, the one that is
   * stored.
   */
  private Message leading(Message stored) {
    if (read.instructions() == null) {
      return stored;
    }
    JsonRope message = new JsonRope().ascii("{\"role\":\"system\",\"content\":");
    return Message.parse(message.add(read.instructions()).ascii("}").toBytes());
  }

  /** About how many tokens a model reads of {@link #bodyWith}. */
  long tokens(List<Message> history, Message system, boolean reasoning) {
    List<Message> all = new ArrayList<>(history);
    all.addAll(messages());
    Message first = leading(system);
    if (first != null) {
      all.add(first);
    }
    long besides =
        READ_BY_MODELS.stream()
            .map(read.sent()::get)
            .filter(Objects::nonNull)
            .mapToLong(JsonRope::length)
            .sum();
    return TokenEstimate.of(all, reasoning, besides);
  }
}
