package dev.helix.anthropic.messages;

/** What a block of an answer is, and how its pieces are told. */
enum BlockKind {
  TEXT("text_delta", "text"),
  THINKING("thinking_delta", "thinking"),
  CALL("input_json_delta", "partial_json");

  private final String delta;
  private final String field;

  BlockKind(String delta, String field) {
    this.delta = delta;
    this.field = field;
  }

  /** The type of a piece. */
  String delta() {
    return delta;
  }

  /** Where a piece has its text. */
  String field() {
    return field;
  }
}
