package dev.helix.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Reply;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every client of the Responses API is tried with. */
abstract class ResponsesSuite extends ClientFixture {
  /** All is sent again, and a header names the conversation. */
  static final String RESENT = "resent";

  /** What is sent follows the last response. */
  static final String PREVIOUS = "previous";

  /** What is sent goes into a conversation of the Conversations API. */
  static final String CONVERSATION = "conversation";

  ResponsesSuite(Client client) {
    super(client);
  }

  @Test
  @Check(value = "resent", order = 1)
  void threeTurns_resentUnderAHeader() {
    threeTurns(RESENT);
  }

  @Test
  @Check(value = "previous response", order = 2)
  void threeTurns_eachFollowsTheLastResponse() {
    threeTurns(PREVIOUS);
  }

  @Test
  @Check(value = "conversation", order = 3)
  void threeTurns_inAConversation() {
    threeTurns(CONVERSATION);
  }

  @Test
  @Check(value = "tools", order = 4)
  void tools() {
    toolsBy(way());
  }

  void toolsBy(String how) {
    answer();
    for (boolean stream : streams()) {
      String conversation = freshId();
      Question question = Question.of(conversation, "How is the weather?", stream).asked(how);
      assertEquals("The report says: sunshine in Rome", ask(question.withTools()));
      Question thanks = Question.of(conversation, "Thank you.", stream).asked(how);
      assertEquals(Model.answer("Thank you."), ask(thanks));
      assertStored(
          conversation,
          List.of(
              "user: How is the weather?",
              "assistant: → get_weather Rome",
              "tool: sunshine in Rome",
              "assistant: The report says: sunshine in Rome",
              "user: Thank you.",
              "assistant: You said: Thank you."));
    }
  }

  @Test
  @Check(value = "parsed", order = 5)
  void anAnswerBySchema_isParsed() {
    answer();
    String conversation = freshId();
    assertEquals("Rome", ask(Question.of(conversation, "Where is sun?", false).asked("parsed")));
    assertStored(conversation, List.of("user: Where is sun?", "assistant: " + Model.FORECAST));
  }

  @Test
  @Check(value = "error", order = 6)
  void anErrorBeforeTheAnswer_isRaisedWithTheUpstreamsWords() {
    String error = Completions.error("no tea left", "invalid_request", "tea");
    upstream.answerAlways(
        request -> Model.isTitle(request) ? Model.reply(request) : Reply.json(400, error));
    for (boolean stream : streams()) {
      String conversation = freshId();
      program.ask(Question.of(conversation, "Tea?", stream).asked(RESENT));
      Heard heard = heard();
      assertNotNull(heard.error(), "nothing was raised");
      assertTrue(heard.error().contains("no tea left"), heard::error);
      // A lone question in one piece is an aside until the chat goes on.
      assertStored(conversation, stream ? refused("user: Tea?") : List.of());
    }
  }

  @Test
  @Check(value = "cancel", order = 7)
  void aCancelledResponse_isClosedUpstreamAndFollowed() {
    String conversation = freshId();
    program.ask(Question.of(conversation, "Count.", true).cancelledAt("three").asked(way()));
    Call call = upstream.next(PATIENCE);
    call.beginSse();
    Completions.chunks("one ", "two ", "three ").subList(0, 4).forEach(call::sse);
    assertTrue(heard().cancelled());
    call.awaitClosedByPeer(NOTICED);
    List<String> expected =
        new ArrayList<>(List.of("user: Count.", "assistant (cancelled): one two three "));
    assertStored(conversation, expected);
    answer();
    assertEquals("You said: Again.", ask(Question.of(conversation, "Again.", true).asked(way())));
    expected.addAll(List.of("user: Again.", "assistant: You said: Again."));
    assertStored(conversation, expected);
  }

  @Test
  @Check(value = "background", order = 8)
  void aResponseInTheBackground_isAskedForUntilItIsThere() {
    inTheBackground("background");
  }

  @Test
  @Check(value = "resumed", order = 9)
  void aStreamOfTheBackground_isResumedBehindWhatWasHeard() {
    inTheBackground("resumed");
  }

  private void inTheBackground(String how) {
    answer();
    String conversation = freshId();
    String question = "Take your time.";
    assertEquals(
        Model.answer(question), ask(Question.of(conversation, question, false).asked(how)));
    assertStored(
        conversation, List.of("user: " + question, "assistant: " + Model.answer(question)));
  }

  private void threeTurns(String how) {
    answer();
    for (boolean stream : streams()) {
      String conversation = freshId();
      List<String> expected = new ArrayList<>();
      for (String question : QUESTIONS) {
        Question asked = Question.of(conversation, question, stream).asked(how);
        assertEquals(Model.answer(question), ask(asked));
        expected.add("user: " + question);
        expected.add("assistant: " + Model.answer(question));
        assertEquals(stream, last(requests).json().path("stream").asBoolean());
        assertEquals(expected.size() - 1, said(last(requests)), "the messages that were sent");
      }
      assertStored(conversation, expected);
    }
  }

  /** What is stored of a question that the upstream refused: a response is known by its id. */
  List<String> refused(String question) {
    return List.of(question, "assistant (failed): ");
  }

  /** Whole and streamed answers, or what of it the client can do. */
  boolean[] streams() {
    return new boolean[] {false, true};
  }

  /** How the client goes on with tools, and with an answer that it left. */
  String way() {
    return PREVIOUS;
  }
}
