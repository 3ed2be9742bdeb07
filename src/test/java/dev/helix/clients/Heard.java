package dev.helix.clients;

import com.fasterxml.jackson.databind.JsonNode;
import org.opentest4j.TestAbortedException;

/**
 * What a client program says of a turn. Immutable.
 *
 * @param text what it heard, of a broken or cancelled answer the part before
 * @param error what was raised, or null
 * @param conversation the id that the client gave the conversation, or null where it took ours
 */
record Heard(String text, String error, boolean cancelled, String conversation) {
  /** Reads the program's line; one that says that the client cannot do it ends the test. */
  static Heard of(JsonNode line) {
    if (line.hasNonNull("cannot")) {
      throw new TestAbortedException("no: " + line.path("cannot").asText());
    }
    return new Heard(
        line.path("text").asText(""),
        line.hasNonNull("error") ? line.path("error").asText() : null,
        line.path("cancelled").asBoolean(),
        line.hasNonNull("conversation") ? line.path("conversation").asText() : null);
  }

  /** The text of an answer that came whole. */
  String answer() {
    if (error != null) {
      throw new AssertionError("the client raised: " + error);
    }
    return text;
  }
}
