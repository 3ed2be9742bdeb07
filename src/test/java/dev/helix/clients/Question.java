package dev.helix.clients;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Json;

/**
 * What a client program is asked to do: the next turn of a conversation. Immutable.
 *
 * @param tools whether the model may call {@code get_weather}, which the program runs
 * @param cancelAt the text at which the program leaves the stream, or null
 * @param how what a client of the Responses API is to go on from, or to do; null for chat
 */
record Question(
    String conversation, String text, boolean stream, boolean tools, String cancelAt, String how) {
  static Question of(String conversation, String text, boolean stream) {
    return new Question(conversation, text, stream, false, null, null);
  }

  Question withTools() {
    return new Question(conversation, text, stream, true, cancelAt, how);
  }

  Question cancelledAt(String heard) {
    return new Question(conversation, text, stream, tools, heard, how);
  }

  Question asked(String way) {
    return new Question(conversation, text, stream, tools, cancelAt, way);
  }

  /** The line that the program reads. */
  String line() {
    ObjectNode line = Json.object().put("conversation", conversation).put("question", text);
    line.put("stream", stream).put("tools", tools).put("cancelAt", cancelAt);
    return line.put("how", how).toString();
  }
}
