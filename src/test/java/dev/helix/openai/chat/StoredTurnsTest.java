package dev.helix.openai.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Reply;
import dev.helix.scripted.ScriptedUpstream;
import dev.helix.session.SessionId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Turns with stored history: one after the other, whatever becomes of the one before. */
class StoredTurnsTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  /** In which nothing must come. */
  private static final Duration A_WHILE = Duration.ofMillis(150);

  @TempDir Path folder;
  private final String id = UUID.randomUUID().toString();
  private ChatServer server;

  private ScriptedUpstream upstream(Duration historyWait) throws Exception {
    server = new ChatServer(folder, historyWait);
    return server.upstream;
  }

  /** Whatever happened, the line is free and no memory is held. */
  @AfterEach
  void nothingIsLeftBehind() throws Exception {
    try (ChatServer last = server) {
      last.breakStore();
      last.upstream.answerAlways(call -> Reply.sse(Completions.chunks("free")));
      assertEquals(200, answered(last.ask(id, "Is it my turn?")).status());
      last.turns.drain();
      assertEquals(0, last.budget.usedBytes());
    }
  }

  private static RawResponse answered(RawClient client) {
    try (client) {
      RawResponse response = client.response();
      response.rest();
      return response;
    }
  }

  private static void answer(Call call, String... words) {
    call.beginSse();
    Completions.chunks(words).forEach(call::sse);
    call.end();
  }

  private static List<String> asked(Call call) {
    List<String> messages = new ArrayList<>();
    for (JsonNode message : call.request().json().path("messages")) {
      messages.add(message.path("role").asText() + ":" + message.path("content").asText());
    }
    return messages;
  }

  private static void isRefused(RawResponse response, int status, String code) {
    assertEquals(status, response.status(), response::text);
    assertEquals(code, response.json().path("error").path("code").asText());
  }

  @Test
  void secondTurn_waits_andSeesTheAnswerBeforeIt() throws Exception {
    ScriptedUpstream upstream = upstream(LONG);
    RawClient first = server.ask(id, "One?");
    Call one = upstream.next();
    RawClient second = server.ask(id, "Two?");
    assertNull(upstream.poll(A_WHILE));
    assertEquals(List.of("user:One?"), server.stored(id), "the waiting question is not placed");

    answer(one, "One.");
    Call two = upstream.next();
    assertEquals(List.of("user:One?", "assistant:One.", "user:Two?"), asked(two));
    answer(two, "Two.");
    assertTrue(answered(first).text().endsWith("data: [DONE]\n\n"));
    RawResponse late = answered(second);
    assertTrue(late.text().endsWith("data: [DONE]\n\n"));
    assertEquals("conv-" + id, late.header("X-Session-ID"));
    assertEquals(id, late.header("X-Conversation-ID"));
    assertEquals(
        List.of(
            "user:One?", "assistant:One. (completed)", "user:Two?", "assistant:Two. (completed)"),
        server.stored(id));
  }

  @ParameterizedTest
  @ValueSource(strings = {"answered", "cancelled", "running"})
  void retryThatAnSdkSaysIsOne_isAnotherAnswerToTheSameQuestion(String first) throws Exception {
    ScriptedUpstream upstream = upstream(LONG);
    RawClient before = server.ask(id, "Zero?");
    answer(upstream.next(), "Zero.");
    answered(before);
    RawClient tried = server.ask(id, "One?");
    Call one = upstream.next();
    if (first.equals("cancelled")) {
      one.beginSse();
      one.sse(Completions.chunks("Half").get(0));
      one.sse(Completions.chunks("Half").get(1));
      RawResponse half = tried.response();
      half.event();
      assertTrue(half.event().contains("Half"));
      tried.leave();
    } else if (first.equals("answered")) {
      answer(one, "First.");
      answered(tried);
    }
    RawClient again =
        server.post(
            id, "One?", true, "X-Conversation-History", "stored", "X-Stainless-Retry-Count", "1");
    if (first.equals("running")) {
      assertNull(upstream.poll(A_WHILE));
      answer(one, "First.");
      answered(tried);
    }
    Call two = upstream.next();
    assertEquals(List.of("user:Zero?", "assistant:Zero.", "user:One?"), asked(two));
    answer(two, "Second.");
    answered(again);
    assertEquals(
        1, server.stored(id).stream().filter(message -> message.equals("user:One?")).count());
    RawClient next = server.ask(id, "Two?");
    Call three = upstream.next();
    assertEquals(
        List.of("user:Zero?", "assistant:Zero.", "user:One?", "assistant:Second.", "user:Two?"),
        asked(three));
    answer(three, "Third.");
    answered(next);
  }

  @Test
  void sameQuestionAskedAgain_thatIsNoRetry_isAQuestionOfItsOwn() throws Exception {
    ScriptedUpstream upstream = upstream(LONG);
    for (String count : List.of("0", "", "x")) {
      RawClient client =
          server.post(
              id,
              "More?",
              true,
              "X-Conversation-History",
              "stored",
              "X-Stainless-Retry-Count",
              count);
      answer(upstream.next(), "More.");
      answered(client);
    }
    assertEquals(6, server.stored(id).size());
  }

  @Test
  void callerWhoLeavesASilentStream_isNotWaitedFor_whenTheNextTurnComes() throws Exception {
    ScriptedUpstream upstream = upstream(LONG);
    RawClient stopped = server.ask(id, "One?");
    Call one = upstream.next();
    one.beginSse();
    one.sse(Completions.chunks("Half").get(0));
    one.sse(Completions.chunks("Half").get(1));
    RawResponse half = stopped.response();
    half.event();
    assertTrue(half.event().contains("Half"));
    stopped.leave();
    long asked = System.nanoTime();
    RawClient next = server.ask(id, "Two?");
    Call two = upstream.next();
    Duration waited = Duration.ofNanos(System.nanoTime() - asked);
    assertTrue(waited.compareTo(Duration.ofSeconds(2)) < 0, waited::toString);
    assertEquals(List.of("user:One?", "assistant:Half", "user:Two?"), asked(two));
    answer(two, "Two.");
    answered(next);
  }

  @Test
  void manyTurns_waitOnNoThread_andAllSeeWhatWasBefore() throws Exception {
    ScriptedUpstream upstream = upstream(LONG);
    int turns = 40; // five times the container's threads
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < turns; i++) {
      clients.add(server.post(id, "Question " + i, i % 2 == 0, "X-Conversation-History", "stored"));
    }
    Call call = upstream.next();
    answer(upstreamOf("other", "Hello?"), "Hello.");
    for (int i = 0; i < turns; i++) {
      assertEquals(1 + 2 * i, asked(call).size());
      assertNull(upstream.poll(Duration.ZERO));
      call.respondJson(200, Completions.completion("Answer " + i));
      call = i + 1 < turns ? upstream.next() : null;
    }
    for (RawClient client : clients) {
      assertEquals(200, answered(client).status());
    }
    assertEquals(2 * turns, server.stored(id).size());
  }

  /** The call of another conversation's turn. */
  private Call upstreamOf(String conversation, String question) {
    assertNotNull(server.ask(conversation, question));
    Call call = server.upstream.next();
    assertEquals(List.of("user:" + question), asked(call));
    return call;
  }

  @Test
  void waitTooLong_is409_withRetryAfter_andTheTurnBeforeGoesOn() throws Exception {
    ScriptedUpstream upstream = upstream(Duration.ofMillis(300));
    RawClient first = server.ask(id, "One?");
    Call one = upstream.next();
    for (boolean stream : new boolean[] {true, false}) {
      RawResponse refused =
          answered(server.post(id, "Two?", stream, "X-Conversation-History", "stored"));
      isRefused(refused, 409, "conversation_locked");
      assertEquals("1", refused.header("Retry-After"));
      assertEquals(id, refused.header("X-Conversation-ID"));
    }
    answer(one, "One.");
    assertTrue(answered(first).text().endsWith("data: [DONE]\n\n"));
    assertEquals(List.of("user:One?", "assistant:One. (completed)"), server.stored(id));
  }

  @Test
  void withoutWaiting_itIs409AtOnce() throws Exception {
    ScriptedUpstream upstream = upstream(Duration.ZERO);
    RawClient first = server.ask(id, "One?");
    Call one = upstream.next();
    isRefused(answered(server.ask(id, "Two?")), 409, "conversation_locked");
    answer(one, "One.");
    answered(first);
  }

  @Test
  void whatHasNoStoredHistory_neverWaits() throws Exception {
    ScriptedUpstream upstream = upstream(LONG);
    RawClient first = server.ask(id, "One?");
    Call one = upstream.next();
    server.post(id, "In client mode", true);
    server.post(id, "A task", true, "X-Conversation-History", "stored", "X-OpenWebUI-Task", "x");
    server.ask("temporary:" + id, "Forget me");
    server.ask("temporary:" + id, "Me too");
    server.ask(UUID.randomUUID().toString(), "Elsewhere");
    for (int i = 0; i < 5; i++) {
      answer(upstream.next(), "ok");
    }
    answer(one, "One.");
    answered(first);
  }

  @ParameterizedTest
  @ValueSource(strings = {"left", "cut", "refused", "nonsense", "unfinished"})
  void whateverBecomesOfATurn_theNextOneBegins(String end) throws Exception {
    ScriptedUpstream upstream = upstream(LONG);
    RawClient first = server.ask(id, "One?");
    Call one = upstream.next();
    RawClient second = server.ask(id, "Two?");
    assertNull(upstream.poll(A_WHILE));
    switch (end) {
      case "left" -> first.leave();
      case "cut" -> one.cut();
      case "refused" -> one.respondJson(429, Completions.error("Slowly", "rate", "rate_limit"));
      case "nonsense" -> one.respondJson(200, "nonsense");
      default -> {
        one.beginSse();
        one.sse(Completions.delta("Half"));
        one.end();
      }
    }
    Call two = upstream.next(Duration.ofSeconds(20));
    assertEquals("Two?", two.request().lastMessage());
    answer(two, "Two.");
    assertEquals(200, answered(second).status());
    first.close();
  }

  @Test
  void upstreamOutOfReach_endsEachTurnInItsOrder() throws Exception {
    ScriptedUpstream upstream = upstream(LONG);
    RawClient first = askWhole("One?");
    upstream.next();
    RawClient second = askWhole("Two?");
    assertNull(upstream.poll(A_WHILE));
    upstream.down();
    assertEquals(502, answered(first).status());
    isRefused(answered(second), 502, "upstream_unreachable");
    upstream.up();
  }

  private RawClient askWhole(String question) {
    return server.post(id, question, false, "X-Conversation-History", "stored");
  }

  @Test
  void callerWhoLeavesTheLine_holdsUpNobody() throws Exception {
    ScriptedUpstream upstream = upstream(LONG);
    RawClient first = server.ask(id, "One?");
    Call one = upstream.next();
    RawClient second = server.ask(id, "Never mind");
    assertNull(upstream.poll(A_WHILE));
    RawClient third = server.ask(id, "Three?");
    second.leave();
    answer(one, "One.");
    // Containers notice a caller's leaving only when they write; until then its turn is taken.
    Call next = upstream.next();
    if (next.request().lastMessage().equals("Never mind")) {
      next = upstream.next(Duration.ofSeconds(20));
    }
    assertEquals("Three?", next.request().lastMessage());
    answer(next, "Three.");
    assertEquals(200, answered(third).status());
    answered(first);
  }

  @ParameterizedTest
  @ValueSource(strings = {"append", "force"})
  void storeThatFails_endsTheTurn_andTheNextOneBegins(String method) throws Exception {
    ScriptedUpstream upstream = upstream(LONG);
    RawClient first = server.ask(id, "One?");
    Call one = upstream.next();
    RawClient second = server.ask(id, "Two?");
    RawClient third = server.ask(id, "Three?");
    assertNull(upstream.poll(A_WHILE));
    server.breakStore(method);
    // At the last event the turn fails, and the connection is closed.
    one.beginSse();
    one.endWith(Completions.chunks("One."));
    assertTrue(answered(first).text().contains("storage_error"));
    if (method.equals("force")) {
      // They end without an answer: their questions cannot be forced.
      upstream.next();
      upstream.next();
    }
    for (RawClient client : List.of(second, third)) {
      assertTrue(answered(client).text().contains("storage_error"));
    }
    assertNull(upstream.poll(Duration.ZERO));
  }

  @Test
  void storeThatFailsAtTheBeginning_leavesTheLineFree() throws Exception {
    upstream(LONG);
    server.breakStore("append");
    isRefused(answered(server.ask(id, "One?")), 500, "storage_error");
    isRefused(answered(server.ask(id, "Two?")), 500, "storage_error");
  }

  @Test
  void historyThatFindsNoMemory_isRefusedWhenItsTurnComes() throws Exception {
    ScriptedUpstream upstream = upstream(LONG);
    RawClient first = server.ask(id, "x".repeat(400_000));
    Call one = upstream.next();
    RawClient second = server.ask(id, "y".repeat(400_000));
    assertNull(upstream.poll(A_WHILE));
    answer(one, "z");
    RawResponse refused = answered(second);
    isRefused(refused, 503, "request_memory_exhausted");
    assertEquals("1", refused.header("Retry-After"));
    answered(first);
    assertTrue(server.sessions.delete(new SessionId("conv-" + id)));
  }

  @Test
  void stopping_refusesWhoWaits_atOnce_andLetsTheRunningTurnEnd() throws Exception {
    ScriptedUpstream upstream = upstream(LONG);
    RawClient first = server.ask(id, "One?");
    Call one = upstream.next();
    RawClient second = server.ask(id, "Two?");
    RawClient third = server.ask(id, "Three?");
    assertNull(upstream.poll(A_WHILE));
    CompletableFuture<Void> drained = CompletableFuture.runAsync(server.turns::drain);
    isRefused(answered(second), 503, "server_stopping");
    isRefused(answered(third), 503, "server_stopping");
    assertFalse(drained.isDone());
    answer(one, "One.");
    assertTrue(answered(first).text().endsWith("data: [DONE]\n\n"));
    drained.orTimeout(10, TimeUnit.SECONDS).join();
    assertEquals(List.of("user:One?", "assistant:One. (completed)"), server.stored(id));
    // Nothing more is served here, so the check behind each test needs a server that is not ending.
    server.close();
    server = new ChatServer(folder, LONG);
  }
}
