package dev.helix.bench;

/** The API in which callers ask. */
enum Api {
  CHAT("/v1/chat/completions", "messages", "content", 0, 2),
  RESPONSES("/v1/responses", "input", "delta", 4, 9);

  private final String path;
  private final String input;
  private final String token;
  private final int before;
  private final int more;

  Api(String path, String input, String token, int before, int more) {
    this.path = path;
    this.input = input;
    this.token = token;
    this.before = before;
    this.more = more;
  }

  String path() {
    return path;
  }

  /** What the messages are called that a request brings. */
  String input() {
    return input;
  }

  /** What begins the text of a token in an event. */
  String token() {
    return '"' + token + "\":\"";
  }

  /** How many events of a stream come before its first token. */
  int before() {
    return before;
  }

  /** How many events a stream has beside its tokens, with {@code [DONE]}. */
  int more() {
    return more;
  }
}
