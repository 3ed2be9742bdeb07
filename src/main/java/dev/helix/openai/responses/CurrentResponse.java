package dev.helix.openai.responses;

import dev.helix.http.ApiError;
import dev.helix.http.InvalidRequestException;
import dev.helix.message.Message;
import dev.helix.openai.items.CallCheck;
import dev.helix.openai.items.ResponseEnd;
import dev.helix.openai.items.SealedThoughts;
import dev.helix.openai.items.StoredOutput;
import dev.helix.session.StoredAnswer;
import dev.helix.turn.Turns;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A response as it is now. Immutable.
 *
 * @param answer as it is stored
 * @param running whether a turn is answering it, on any server
 */
record CurrentResponse(StoredAnswer answer, boolean running) {
  /**
   * Reads a response. Blocks on the store.
   *
   * @param look reads what is stored of it; called once more where its turn may have just ended
   * @return empty where nothing is
   */
  static Optional<CurrentResponse> read(Turns turns, Supplier<Optional<StoredAnswer>> look) {
    Optional<StoredAnswer> found = look.get();
    if (found.isEmpty() || isOver(found.get().message())) {
      return found.map(answer -> new CurrentResponse(answer, false));
    }
    Message message = found.get().message();
    return turns.isAnswering(node(message))
        ? found.map(answer -> new CurrentResponse(answer, true))
        : look.get().map(answer -> new CurrentResponse(answer, false));
  }

  private static boolean isOver(Message message) {
    return ResponseEnd.ofNote(note(message)) != null;
  }

  private static Map<String, Object> note(Message message) {
    return StoredOutput.json(message.element().response().getBytes(StandardCharsets.UTF_8));
  }

  private static String node(Message message) {
    return note(message).get("node") instanceof String node ? node : message.id();
  }

  /** The node that its id ends with. */
  String node() {
    return node(answer.message());
  }

  Map<String, Object> object() {
    return ResponseObject.stored(answer.message(), running);
  }

  /**
   * The same, with what was thought sealed in it where it was asked for like that.
   *
   * @param included whether it is sealed in any case
   */
  Map<String, Object> object(SealedThoughts seals, boolean included) {
    Map<String, Object> object = object();
    sealing(seals, included).addTo((List<?>) object.get("output"));
    return object;
  }

  /** What seals its items: these seals, or none. May wait for the store. */
  SealedThoughts sealing(SealedThoughts seals, boolean included) {
    return seals.where(
        included || Boolean.TRUE.equals(note(answer.message()).get(StoredOutput.SEALED_REASONING)));
  }

  /** Whether nothing more comes of it. */
  boolean isOver() {
    return !running || isOver(answer.message());
  }

  /** Whether it is made in the background. */
  boolean background() {
    return note(answer.message()).get("asked") instanceof Map<?, ?> asked
        && Boolean.TRUE.equals(asked.get("background"));
  }

  /** Whether some of its items were erased. */
  boolean isErasedInPart() {
    return note(answer.message()).get("items") instanceof List<?>;
  }

  /** What is said of an id that no response has. */
  static InvalidRequestException unknown(String id) {
    return new InvalidRequestException(
        new ApiError(
            404, "Response with id '" + id + "' not found.", "invalid_request_error", null, null));
  }

  /** What is said of a previous response that is not there. */
  static InvalidRequestException unknownPrevious(String id) {
    return new InvalidRequestException(
        "previous_response_not_found",
        "previous_response_id",
        "Previous response with id '" + CallCheck.shown(id) + "' not found.");
  }
}
