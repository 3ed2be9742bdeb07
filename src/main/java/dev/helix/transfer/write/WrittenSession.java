package dev.helix.transfer.write;

import dev.helix.message.Message;
import dev.helix.session.SessionState;
import dev.helix.transcript.Transcript;
import java.util.List;

/** A session that is written. Immutable. */
public record WrittenSession(SessionState state, Transcript transcript) {
  private static final int FIRST_WORDS = 80;

  /** The title, else the first words of the request, else the session's name. */
  String name() {
    String title = state.name();
    String request = state.originalRequest();
    if (title != null || request == null || request.isBlank()) {
      return title == null ? state.sessionId().value() : title;
    }
    String line = request.strip().lines().findFirst().orElse("").strip();
    int end =
        line.offsetByCodePoints(0, Math.min(FIRST_WORDS, line.codePointCount(0, line.length())));
    return end == line.length() ? line : line.substring(0, end) + "…";
  }

  /** The messages that a next turn would send, oldest first. */
  List<Message> path() {
    return transcript.currentPath();
  }
}
