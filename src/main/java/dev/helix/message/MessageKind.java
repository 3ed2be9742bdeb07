package dev.helix.message;

/** What a message is to the tree. */
public enum MessageKind {
  /** A user's message. */
  QUESTION,
  /** An assistant's message that calls no tools. */
  ANSWER,
  /** An assistant's message that calls tools. */
  CALL,
  /** A tool's result. */
  RESULT,
  /** Anything else, such as a system message in the middle. */
  OTHER,
  /** What stayed of any of these when it was erased. */
  ERASED;

  /** Whether it is part of a tool's round, within a turn. */
  public boolean isRound() {
    return this == CALL || this == RESULT;
  }

  /** Whether it is that, or was it perhaps. */
  public boolean isRoundOrErased() {
    return isRound() || this == ERASED;
  }

  public static MessageKind of(Message message) {
    if (message.isErased()) {
      return ERASED;
    }
    return switch (message.role()) {
      case "user" -> QUESTION;
      case "assistant" -> message.fingerprint().calls() ? CALL : ANSWER;
      case "tool", "function" -> RESULT;
      default -> OTHER;
    };
  }
}
