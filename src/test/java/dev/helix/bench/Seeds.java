package dev.helix.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.message.Message;
import dev.helix.scripted.Json;
import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStatus;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Appended;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.Step;
import dev.helix.transcript.LogVersion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Conversations that are stored before the server starts, question by question and answer. */
final class Seeds {
  private static final int AT_ONCE = 20_000;
  private static final String ANSWER = Answers.text();

  private Seeds() {}

  /** The question of a turn, counted from 0: 200 letters, no two of them the same. */
  static String question(int turn) {
    return "Question " + turn + " " + "q".repeat(190 - Integer.toString(turn).length());
  }

  /** Stores a conversation of so many messages, an even number. */
  static void store(SessionStore store, String conversation, int messages) {
    Instant now = Instant.now();
    SessionState state =
        new SessionState(
            new SessionId("conv-" + conversation),
            SessionStatus.DISCUSSING,
            Step.WHAT,
            now,
            now,
            question(0),
            null,
            conversation,
            Owner.ANONYMOUS);
    LogVersion version = LogVersion.NONE;
    List<Message> next = new ArrayList<>();
    for (int i = 0; i < messages; i++) {
      next.add(message(i, now));
      if (next.size() == AT_ONCE || i == messages - 1) {
        Appended appended = store.append(state, version, next, null);
        if (appended.outcome() != Outcome.DONE) {
          throw new IllegalStateException("an append was not done: " + appended.outcome());
        }
        version = appended.version();
        next.clear();
      }
    }
  }

  private static Message message(int number, Instant now) {
    boolean asks = number % 2 == 0;
    ObjectNode element =
        Json.object()
            .put("id", "m-" + number)
            .put("parent_id", number == 0 ? null : "m-" + (number - 1))
            .put("timestamp", now.toString());
    if (!asks) {
      element.put("model", "bench").put("finish_reason", "stop").put("status", "completed");
    }
    element.setAll(
        asks ? Json.message("user", question(number / 2)) : Json.message("assistant", ANSWER));
    return Message.parse(element.toString().getBytes(UTF_8));
  }

  /** The same messages as a client resends them, without brackets. */
  static StringBuilder resent(int messages) {
    StringBuilder json = new StringBuilder();
    for (int turn = 0; turn < messages / 2; turn++) {
      addTurn(json, turn);
    }
    return json;
  }

  /** Adds a question and its answer. */
  static void addTurn(StringBuilder json, int turn) {
    json.append(json.length() == 0 ? "" : ",")
        .append(Json.message("user", question(turn)))
        .append(',')
        .append(Json.message("assistant", ANSWER));
  }
}
