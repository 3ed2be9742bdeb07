package dev.helix.clients;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Json;

/**
 * What a client program is asked to do: the next turn of a conversation. Immutable.
 *
 * @param tools whether the model may call {@code get_weather}, which the program runs
 * @param cancelAt the text at which the program leaves the stream, or null
 */
record Question(String conversation, String text, boolean stream, boolean tools, String cancelAt) {
  static Question of(String conversation, String text, boolean stream) {
    return new Question(conversation, text, stream, false, null);
  }

  Question withTools() {
    return new Question(conversation, text, stream, true, cancelAt);
  }

  Question cancelledAt(String heard) {
    return new Question(conversation, text, stream, tools, heard);
  }

  /** The line that the program reads. */
  String line() {
    ObjectNode line = Json.object().put("conversation", conversation).put("question", text);
    return line.put("stream", stream).put("tools", tools).put("cancelAt", cancelAt).toString();
  }
}
