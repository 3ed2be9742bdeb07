package dev.helix.openai.request;

import dev.helix.message.Message;
import java.util.Collection;

/**
 * About how many tokens a model reads of a request, without asking any: a quarter of its
 * characters, rounded up. Which tokenizer a backend has is not known. No state.
 */
public final class TokenEstimate {
  private static final long CHARACTERS_OF_A_TOKEN = 4;

  private TokenEstimate() {}

  /**
   * The estimate; an image or a file counts as 1,000.
   *
   * @param messages as chat completions have them, the system message too
   * @param reasoning whether what a model thought is sent with them
   * @param others how many characters are sent besides, such as those of the tools' JSON
   */
  public static long of(Collection<Message> messages, boolean reasoning, long others) {
    long characters = others;
    for (Message message : messages) {
      characters += message.sentCharacters(reasoning);
    }
    return Math.floorDiv(characters + CHARACTERS_OF_A_TOKEN - 1, CHARACTERS_OF_A_TOKEN);
  }
}
