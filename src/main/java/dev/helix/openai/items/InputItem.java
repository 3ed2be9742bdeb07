package dev.helix.openai.items;

import dev.helix.openai.request.JsonRope;

/**
 * An item of a request's input. Not changed once it is made.
 *
 * @param id its own id; null where it has none
 * @param callId the id of the call that it is, or whose output it is; null for others
 * @param role who speaks in a message; null for others
 * @param json of a message its content, of a call the chat's tool call, of an output the result's
 *     content, of reasoning what was thought as a string without its quotes; null where there is
 *     none
 * @param beside of a message the fields that are kept with it, of an output the parts that are no
 *     text; null where there are none
 */
public record InputItem(
    Kind kind, String id, String callId, String role, JsonRope json, JsonRope beside) {

  /** What an item is. */
  public enum Kind {
    MESSAGE,
    CALL,
    OUTPUT,
    REASONING,
    /** A stored item's id in its place. */
    REFERENCE
  }

  public static InputItem message(String id, String role, JsonRope content, JsonRope beside) {
    return new InputItem(Kind.MESSAGE, id, null, role, content, beside);
  }

  static InputItem call(String id, String callId, JsonRope call) {
    return new InputItem(Kind.CALL, id, callId, null, call, null);
  }

  static InputItem output(String id, String callId, JsonRope content, JsonRope media) {
    return new InputItem(Kind.OUTPUT, id, callId, null, content, media);
  }

  static InputItem reasoning(String id, JsonRope thoughts) {
    return new InputItem(Kind.REASONING, id, null, null, thoughts, null);
  }

  static InputItem reference(String id) {
    return new InputItem(Kind.REFERENCE, id, null, null, null, null);
  }
}
