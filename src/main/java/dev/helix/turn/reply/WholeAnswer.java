package dev.helix.turn.reply;

import java.util.Map;

/**
 * An answer that came whole, told as one that grows no more. Immutable.
 *
 * @param message as Jackson reads it
 */
public record WholeAnswer(Map<String, Object> message, String finishReason, String stoppedBefore)
    implements AnswerSoFar {
  @Override
  public Object field(String name) {
    return message.get(name);
  }

  @Override
  public Map<String, Object> firstCall() {
    return null;
  }
}
