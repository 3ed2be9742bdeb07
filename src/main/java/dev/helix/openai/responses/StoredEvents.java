package dev.helix.openai.responses;

import dev.helix.message.Message;
import dev.helix.openai.items.OutputItems;
import dev.helix.openai.items.ResponseEnd;
import dev.helix.openai.items.SealedThoughts;
import dev.helix.openai.items.StoredOutput;
import dev.helix.openai.request.JsonBytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The events of a response that is over, made of what is stored: each item comes in one piece, so
 * that they may be fewer than there were. No state.
 */
final class StoredEvents {
  private StoredEvents() {}

  /**
   * The events behind one, and the end mark. The last event comes in any case, and with a number
   * behind that one.
   *
   * @param after the number of an event; -1 for all of them
   * @param seals what items say that was thought is sealed with
   */
  static List<byte[]> behind(long after, Message element, SealedThoughts seals) {
    Map<String, Object> response = ResponseObject.stored(element, false);
    seals.addTo((List<?>) response.get("output"));
    ResponseEvents events = new ResponseEvents(String.valueOf(response.get("id")), true, seals);
    List<ByteBuffer> all = new ArrayList<>();
    events.begin(state -> json(begun(response, state)), all::add);
    List<OutputItems.Said> items = StoredOutput.said(element);
    for (int i = 0; i < items.size(); i++) {
      OutputItems.Said said = items.get(i);
      events.begin(said.item(), i, all::add);
      if (said.text().length() > 0) {
        String text = said.text().toString();
        events.piece(new ResponseEvents.Pieces(said.item(), i), text, all::add);
      }
      events.end(said.item(), i, said.text(), said.status(), all::add);
    }
    List<ByteBuffer> told = new ArrayList<>();
    if (after + 1 < all.size()) {
      told.addAll(all.subList((int) after + 1, all.size()));
    }
    events.from(after + 1);
    if (response.get("error") instanceof Map<?, ?> error) {
      events.error(error(error), told::add);
    }
    events.over(String.valueOf(response.get("status")), json(response), told::add);
    events.done(told::add);
    return told.stream().map(StoredEvents::bytes).toList();
  }

  private static byte[] bytes(ByteBuffer event) {
    byte[] bytes = new byte[event.remaining()];
    event.get(bytes);
    return bytes;
  }

  private static JsonBytes json(Map<String, Object> object) {
    return new JsonBytes(1024).value(object);
  }

  /** The response before anything came of it. */
  private static Map<String, Object> begun(Map<String, Object> response, ResponseEnd state) {
    Map<String, Object> begun = new LinkedHashMap<>(response);
    begun.putAll(
        ResponseObject.head(
            String.valueOf(response.get("id")),
            ((Number) response.get("created_at")).longValue(),
            String.valueOf(response.get("model")),
            state,
            List.of()));
    return begun;
  }

  private static Map<String, Object> error(Map<?, ?> stored) {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("type", "server_error");
    error.put("code", stored.get("code"));
    error.put("message", stored.get("message"));
    error.put("param", null);
    return error;
  }
}
