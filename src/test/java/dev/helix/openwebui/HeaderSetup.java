package dev.helix.openwebui;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** How an operator makes Open WebUI name its conversations. */
enum HeaderSetup {
  /** {@code ENABLE_FORWARD_USER_INFO_HEADERS=true} and nothing else: no message ids, no task. */
  CHAT_ID("chat-id"),

  /** The README's line of headers for the connection, and the user as a signed token. */
  MESSAGE_IDS("message-ids");

  /** The headers of {@link #MESSAGE_IDS} that name messages of the chat. */
  static final List<String> ID_HEADERS =
      List.of("X-OpenWebUI-User-Message-Id", "X-OpenWebUI-Message-Id");

  /** The name in files and reports. */
  final String title;

  HeaderSetup(String title) {
    this.title = title;
  }

  static HeaderSetup named(String title) {
    for (HeaderSetup setup : values()) {
      if (setup.title.equals(title)) {
        return setup;
      }
    }
    throw new IllegalArgumentException("no set-up is called " + title);
  }

  /** What Open WebUI's environment has more. */
  Map<String, String> openWebUiEnvironment() {
    return this == CHAT_ID
        ? Map.of()
        : Map.of("FORWARD_USER_INFO_HEADER_JWT_SECRET", UserJwt.SECRET);
  }

  /** What our server's environment has more. */
  Map<String, String> serverEnvironment() {
    return this == CHAT_ID ? Map.of() : Map.of("HELIX_OPENWEBUI_JWT_SECRET", UserJwt.SECRET);
  }

  /** The connection's headers, with Open WebUI's variables. */
  Map<String, String> connectionHeaders() {
    return this == CHAT_ID
        ? Map.of()
        : Map.of(
            "X-Conversation-ID", "{{CHAT_ID}}",
            "X-OpenWebUI-Task", "{{TASK}}",
            "X-OpenWebUI-Message-Id", "{{MESSAGE_ID}}",
            "X-OpenWebUI-User-Message-Id", "{{USER_MESSAGE_ID}}",
            "X-OpenWebUI-User-Message-Parent-Id", "{{USER_MESSAGE_PARENT_ID}}");
  }

  /** The tree in the form in which both sides must agree, given the ids that went over the wire. */
  String comparable(ChatTree tree, Set<String> named) {
    return this == CHAT_ID ? tree.shape() : tree.withIds(named);
  }
}
