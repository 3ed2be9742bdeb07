package dev.helix.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Reply;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every client of chat completions is tried with. */
abstract class ClientSuite extends ClientFixture {
  private static final Duration SILENCE = Duration.ofSeconds(8);

  ClientSuite(Client client) {
    super(client);
  }

  @Test
  @Check(value = "three turns", order = 1)
  void threeTurns_whole() {
    threeTurns(false);
  }

  @Test
  @Check(value = "streamed", order = 2)
  void threeTurns_streamed() {
    threeTurns(true);
  }

  @Test
  @Check(value = "tools", order = 3)
  void tools_whole() {
    tools(false);
  }

  @Test
  @Check(value = "tools, streamed", order = 4)
  void tools_streamed() {
    tools(true);
  }

  @Test
  @Check(value = "silence first", order = 5)
  void silenceBeforeTheFirstChunk_isHeldOut() {
    silence(0);
  }

  @Test
  @Check(value = "silence within", order = 6)
  void silenceWithinTheAnswer_isHeldOut() {
    silence(2);
  }

  private void threeTurns(boolean stream) {
    answer();
    String conversation = freshId();
    List<String> expected = new ArrayList<>();
    for (String question : QUESTIONS) {
      assertEquals(Model.answer(question), ask(Question.of(conversation, question, stream)));
      expected.add("user: " + question);
      expected.add("assistant: " + Model.answer(question));
      assertEquals(stream, last(requests).json().path("stream").asBoolean());
      assertEquals(expected.size() - 1, said(last(requests)), "the messages that were sent");
    }
    assertStored(conversation, expected);
  }

  private void tools(boolean stream) {
    answer();
    String conversation = freshId();
    Question question = Question.of(conversation, "How is the weather?", stream).withTools();
    assertEquals("The report says: sunshine in Rome", ask(question));
    assertEquals(2, requests.size());
    Question thanks = Question.of(conversation, "Thank you.", stream);
    assertEquals(Model.answer("Thank you."), ask(thanks));
    assertStored(
        conversation,
        List.of(
            "user: How is the weather?",
            "assistant: → " + call(),
            "tool: sunshine in Rome",
            "assistant: The report says: sunshine in Rome",
            "user: Thank you.",
            "assistant: You said: Thank you."));
  }

  /** How the transcript has the call of a tool. */
  String call() {
    return "get_weather Rome";
  }

  /** Whether the client cannot ask for a whole answer. */
  boolean streamsOnly() {
    return false;
  }

  private void silence(int after) {
    String conversation = freshId();
    program.ask(Question.of(conversation, "Take your time.", true));
    Call call = upstream.next(PATIENCE);
    List<String> chunks = Completions.chunks("one ", "two ", "three ", "four");
    call.beginSse();
    chunks.subList(0, after).forEach(call::sse);
    assertTrue(staysOpen(call, SILENCE), "the caller left in the silence");
    chunks.subList(after, chunks.size()).forEach(call::sse);
    call.end();
    assertEquals("one two three four", heard().answer());
    assertStored(conversation, List.of("user: Take your time.", "assistant: one two three four"));
  }

  /** Whether the caller has not gone so long. */
  private static boolean staysOpen(Call call, Duration silence) {
    try {
      call.awaitClosedByPeer(silence);
      return false;
    } catch (AssertionError stillOpen) {
      return true;
    }
  }

  @Test
  @Check(value = "error", order = 7)
  void anErrorBeforeTheAnswer_isRaisedWithTheUpstreamsWords() {
    String error = Completions.error("no tea left", "invalid_request", "tea");
    upstream.answerAlways(
        request -> Model.isTitle(request) ? Model.reply(request) : Reply.json(400, error));
    for (boolean stream : streamsOnly() ? new boolean[] {true} : new boolean[] {false, true}) {
      String conversation = freshId();
      program.ask(Question.of(conversation, "Tea?", stream));
      Heard heard = heard();
      assertNotNull(heard.error(), "nothing was raised");
      assertTrue(heard.error().contains("no tea left"), heard::error);
      assertStored(conversation, List.of("user: Tea?"));
    }
  }

  @Test
  @Check(value = "late error", order = 8)
  void anErrorAfterTheHead_isRaised() {
    String conversation = freshId();
    program.ask(Question.of(conversation, "Tea?", true));
    Call call = upstream.next(PATIENCE);
    staysOpen(call, Duration.ofSeconds(2));
    try {
      call.respondJson(400, Completions.error("no tea left", "invalid_request", "tea"));
    } catch (UncheckedIOException e) {
      // The caller has raised another error, and has gone.
    }
    raised("no tea left");
    assertStored(conversation, List.of("user: Tea?"));
  }

  @Test
  @Check(value = "break", order = 9)
  void anAnswerThatBreaksOff_isNotTakenForAWholeOne() {
    String conversation = freshId();
    program.ask(Question.of(conversation, "Tea?", true));
    Call call = upstream.next(PATIENCE);
    call.beginSse();
    Completions.chunks("one ", "two ").subList(0, 3).forEach(call::sse);
    call.cut();
    raised("upstream");
    assertStored(conversation, List.of("user: Tea?", "assistant (failed): one two "));
  }

  @Test
  @Check(value = "cancel", order = 10)
  void aCancelledAnswer_isClosedUpstreamAndKept() {
    String conversation = freshId();
    program.ask(Question.of(conversation, "Count.", true).cancelledAt("three"));
    Call call = upstream.next(PATIENCE);
    call.beginSse();
    Completions.chunks("one ", "two ", "three ").subList(0, 4).forEach(call::sse);
    call.sse(Completions.delta("")); // Spring AI gives a chunk when the next one has come.
    assertTrue(heard().cancelled());
    call.awaitClosedByPeer(NOTICED);
    List<String> expected =
        new ArrayList<>(List.of("user: Count.", "assistant (cancelled): one two three "));
    assertStored(conversation, expected);
    answer();
    assertEquals("You said: Again.", ask(Question.of(conversation, "Again.", true)));
    expected.addAll(List.of("user: Again.", "assistant: You said: Again."));
    assertStored(conversation, expected);
  }
}
