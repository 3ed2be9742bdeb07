package dev.helix.openwebui;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How an operator makes Open WebUI name its conversations, and which API it speaks with us. */
enum HeaderSetup {
  /** {@code ENABLE_FORWARD_USER_INFO_HEADERS=true} and nothing else: no message ids, no task. */
  CHAT_ID("chat-id", false, false),

  /** The README's line of headers for the connection, and the user as a signed token. */
  MESSAGE_IDS("message-ids", true, false),

  /** As {@link #CHAT_ID}, on a connection for the Responses API. */
  RESPONSES_CHAT_ID("responses-chat-id", false, true),

  /** As {@link #MESSAGE_IDS}, on a connection for the Responses API. */
  RESPONSES_MESSAGE_IDS("responses-message-ids", true, true),

  /** As {@link #RESPONSES_MESSAGE_IDS}, where rounds of tools follow the response before. */
  RESPONSES_STATEFUL("responses-stateful", true, true);

  /** The headers of {@link #MESSAGE_IDS} that name messages of the chat. */
  static final List<String> ID_HEADERS =
      List.of("X-OpenWebUI-User-Message-Id", "X-OpenWebUI-Message-Id");

  /** The name in files and reports. */
  final String title;

  /** Whether Open WebUI tells the ids of messages. */
  final boolean told;

  /** Whether the connection is one for the Responses API. */
  final boolean responses;

  HeaderSetup(String title, boolean told, boolean responses) {
    this.title = title;
    this.told = told;
    this.responses = responses;
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
    Map<String, String> environment = new HashMap<>();
    if (told) {
      environment.put("FORWARD_USER_INFO_HEADER_JWT_SECRET", UserJwt.SECRET);
    }
    if (this == RESPONSES_STATEFUL) {
      environment.put("ENABLE_RESPONSES_API_STATEFUL", "true");
    }
    return environment;
  }

  /** What our server's environment has more. */
  Map<String, String> serverEnvironment() {
    return told ? Map.of("HELIX_OPENWEBUI_JWT_SECRET", UserJwt.SECRET) : Map.of();
  }

  /** The connection's headers, with Open WebUI's variables. */
  Map<String, String> connectionHeaders() {
    return told
        ? Map.of(
            "X-Conversation-ID", "{{CHAT_ID}}",
            "X-OpenWebUI-Task", "{{TASK}}",
            "X-OpenWebUI-Message-Id", "{{MESSAGE_ID}}",
            "X-OpenWebUI-User-Message-Id", "{{USER_MESSAGE_ID}}",
            "X-OpenWebUI-User-Message-Parent-Id", "{{USER_MESSAGE_PARENT_ID}}")
        : Map.of();
  }

  /** The tree in the form in which both sides must agree, given the ids that went over the wire. */
  String comparable(ChatTree tree, Set<String> named) {
    return told ? tree.withIds(named) : tree.shape();
  }
}
