package dev.helix.openai.responses;

import dev.helix.message.Message;
import dev.helix.openai.request.JsonRope;
import dev.helix.openai.request.ToolRound;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Makes the chat request that a backend is sent for a response.
 *
 * @param model null where none is named
 * @param fields what it has besides model and messages
 */
record ChatBody(String model, Map<String, JsonRope> fields) {

  /**
   * The body: the first message, the system messages with which the input begins, the history, and
   * the rest of the input.
   *
   * @param first null for none
   * @param own the input
   * @param reasoning whether what a model thought is sent; in a tool round whose results come it is
   *     sent anyway
   */
  byte[] of(Message first, List<Message> history, List<Message> own, boolean reasoning) {
    JsonRope body = new JsonRope().ascii("{");
    if (model != null) {
      body.ascii("\"model\":").quote(model).ascii(",");
    }
    body.ascii("\"messages\":");
    List<byte[]> sent = new ArrayList<>();
    if (first != null) {
      sent.add(first.sentJson(reasoning));
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
    fields.forEach((name, value) -> body.ascii(",").quote(name).ascii(":").add(value));
    return body.ascii("}").toBytes();
  }
}
