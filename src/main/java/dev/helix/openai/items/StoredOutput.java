package dev.helix.openai.items;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.text.Json;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The items of a stored answer, which its message and its note tell. No state. */
public final class StoredOutput {
  /** The field of a note that says that thoughts are told as they were thought. */
  public static final String RAW_REASONING = "raw_reasoning";

  /** The field of a note that says that thoughts are sealed where they are told. */
  public static final String SEALED_REASONING = "sealed_reasoning";

  private StoredOutput() {}

  /** The items of a stored answer, also of one that is no response. */
  public static List<Object> of(Message element) {
    Map<String, Object> message = json(element.elementJson());
    Map<?, ?> note = message.get("response") instanceof Map<?, ?> kept ? kept : Map.of();
    ResponseEnd end = ResponseEnd.ofNote(note);
    return of(element, message, note, end == null ? ResponseEnd.WHOLE : end);
  }

  /**
   * What a response that is over has put out, one item after the other; nothing where some of it
   * was erased.
   */
  public static List<OutputItems.Said> said(Message element) {
    Map<String, Object> message = json(element.elementJson());
    Map<?, ?> note = message.get("response") instanceof Map<?, ?> kept ? kept : Map.of();
    return left(note).isPresent()
        ? List.of()
        : said(element, message, note, end(element, note, false));
  }

  /** The items that are left where others of them were erased. */
  private static Optional<List<Object>> left(Map<?, ?> note) {
    return note.get("items") instanceof List<?> left
        ? Optional.of(List.copyOf(left))
        : Optional.empty();
  }

  /** The items of an answer that was read before, with its note and how it ended. */
  public static List<Object> of(
      Message element, Map<String, Object> message, Map<?, ?> note, ResponseEnd end) {
    return left(note).orElseGet(() -> OutputItems.told(said(element, message, note, end)));
  }

  private static List<OutputItems.Said> said(
      Message element, Map<String, Object> message, Map<?, ?> note, ResponseEnd end) {
    String node = note.get("node") instanceof String kept ? kept : element.id();
    Layout kept = Layout.of(note.get("layout"));
    return new OutputItems(
            ItemIds.of(node),
            CalledTools.ofNote(note),
            Boolean.TRUE.equals(note.get(RAW_REASONING)))
        .said(
            message::get,
            kept == null ? Layout.usual(message::get, end.isComplete()) : kept,
            end.lastItem());
  }

  /** How an answer with this note ended; in progress while a turn is answering it. */
  public static ResponseEnd end(Message element, Map<?, ?> note, boolean running) {
    ResponseEnd end = ResponseEnd.ofNote(note);
    if (end == null) {
      return running ? ResponseEnd.IN_PROGRESS : ResponseEnd.interrupted();
    }
    return end.isWhole() && element.status() == AnswerStatus.FAILED ? end.notKept() : end;
  }

  /** What was written as an object of JSON. */
  @SuppressWarnings("unchecked") // As Jackson reads an object.
  public static Map<String, Object> json(byte[] object) {
    try {
      return Json.MAPPER.readValue(object, Map.class);
    } catch (IOException e) {
      throw new IllegalStateException("it was JSON", e);
    }
  }
}
