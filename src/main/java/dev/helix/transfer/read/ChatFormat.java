package dev.helix.transfer.read;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whose export a file is. */
public enum ChatFormat {
  OPENWEBUI("Open WebUI"),
  CHATGPT("ChatGPT"),
  LIBRECHAT("LibreChat"),
  /** Our own: a session a line. */
  JSONL("helix-sessions");

  /** The first field of each line of our own, with the version of what follows. */
  public static final String OURS = "helix_session";

  private final String program;

  ChatFormat(String program) {
    this.program = program;
  }

  /** The program that writes it. */
  public String program() {
    return program;
  }

  /** The name on a command line. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The format of a name.
   *
   * @throws IllegalArgumentException if there is none; the message names those there are
   */
  public static ChatFormat named(String name) {
    return Arrays.stream(values())
        .filter(format -> format.wireName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "a format is "
                        + Arrays.stream(values())
                            .map(ChatFormat::wireName)
                            .collect(Collectors.joining(", "))));
  }

  /** The format of which a value is a chat; empty where it is none that is known. */
  static Optional<ChatFormat> of(JsonNode value) {
    if (value.has(OURS)) {
      return Optional.of(JSONL);
    }
    if (ChatGptChats.matches(value)) {
      return Optional.of(CHATGPT);
    }
    if (LibreChatChats.matches(value)) {
      return Optional.of(LIBRECHAT);
    }
    return OpenWebUiChats.chats(value).stream().anyMatch(OpenWebUiChats::matches)
        ? Optional.of(OPENWEBUI)
        : Optional.empty();
  }
}
