package dev.helix.clients;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

class CodexRun extends ResponsesSuite {
  CodexRun() {
    super(Client.CODEX);
  }

  /** Codex has nothing kept. */
  @Override
  Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>(super.settings());
    settings.put("HELIX_RESPONSES_RECORD_UNSTORED", "true");
    return settings;
  }

  @Override
  boolean[] streams() {
    return new boolean[] {true};
  }

  /** The response that it asked for has no id. */
  @Override
  List<String> refused(String question) {
    return List.of(question);
  }

  /** It runs a command, and says more of it than the command does. */
  @Test
  @Check(value = "tools", order = 4)
  @Override
  void tools() {
    answer();
    String conversation = freshId();
    Question question = Question.of(conversation, "How is the weather?", true).asked(RESENT);
    assertTrue(ask(question).contains("sunshine in Rome"));
    ask(Question.of(conversation, "Thank you.", true).asked(RESENT));
    List<String> said = stored(conversation, transcript -> transcript.nodes().size() == 6).said();
    List<String> beginnings =
        List.of(
            "user: How is the weather?",
            "assistant: → exec_command echo sunshine in Rome",
            "tool: ",
            "assistant: The report says: ",
            "user: Thank you.",
            "assistant: You said: Thank you.");
    for (int i = 0; i < beginnings.size(); i++) {
      assertTrue(said.get(i).startsWith(beginnings.get(i)), said::toString);
    }
    assertTrue(said.get(2).contains("sunshine in Rome"), said::toString);
  }

  @Test
  @Check(value = "cancel", order = 7)
  @Override
  void aCancelledResponse_isClosedUpstreamAndFollowed() {
    throw new TestAbortedException("no: without its terminal it tells whole answers");
  }
}
