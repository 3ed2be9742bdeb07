package dev.helix.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class AgentsSdkResponsesRun extends ResponsesSuite {
  AgentsSdkResponsesRun() {
    super(Client.AGENTS_SDK_RESPONSES);
  }

  @Test
  @Check(value = "conversation", order = 3)
  void itsSession_isAddedToListedShortenedAndDeleted() {
    Question question = Question.of(freshId(), "I am going to Rome.", false).asked("items");
    assertEquals("2 I see. 1 NotFoundError", ask(question));
  }

  @Test
  @Check(value = "conversation", order = 3)
  void itsSession_keepsTheCallsOfTools() {
    toolsBy(CONVERSATION);
  }
}
