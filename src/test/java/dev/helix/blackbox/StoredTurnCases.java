package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Turns with stored history that meet: one after the other, and none is held up for ever. */
@Check("stored history, turn after turn")
interface StoredTurnCases extends Fixture {
  /** In which nothing must come. */
  Duration A_WHILE = Duration.ofMillis(300);

  /** Much less than a silent stream waits for a sign of life. */
  Duration AT_ONCE = Duration.ofSeconds(3);

  /** A question alone, with stored history. */
  private static RawClient ask(Endpoint endpoint, String id, String question) {
    return endpoint.talkIn(id, "X-Conversation-History", "stored").http().stream(question);
  }

  private static void answer(Call call, String text) {
    call.beginSse();
    Completions.chunks(text).forEach(call::sse);
    call.end();
  }

  /** Has a caller told half an answer; the call that goes on. */
  private static Call tellHalf(Endpoint endpoint, RawClient caller) {
    Call call = endpoint.upstream().next();
    call.beginSse();
    call.sse(Completions.delta("Half"));
    Talk.hears(caller.response(), "Half");
    return call;
  }

  private static void isAnswered(RawClient client) {
    try (client) {
      RawResponse response = client.response();
      assertTrue(response.restText().endsWith("data: [DONE]\n\n"), response::text);
    }
  }

  @Test
  default void turnsOfOneConversation_comeOneAfterTheOther_eachWithAllBefore() {
    Endpoint endpoint = usual();
    String id = Endpoint.freshId();
    List<RawClient> clients = new ArrayList<>();
    int turns = 6;
    for (int i = 0; i < turns; i++) {
      clients.add(ask(endpoint, id, "Question " + i));
    }
    for (int i = 0; i < turns; i++) {
      Call call = endpoint.upstream().next();
      assertEquals(1 + 2 * i, call.request().json().path("messages").size());
      assertNull(endpoint.upstream().poll(i == 0 ? A_WHILE : Duration.ZERO));
      answer(call, "Answer " + i);
    }
    clients.forEach(StoredTurnCases::isAnswered);
    List<String> parents = new ArrayList<>();
    endpoint
        .talkIn(id)
        .stored()
        .nodes()
        .forEach(node -> parents.add(node.path("parent_id").asText()));
    assertEquals(parents.size(), parents.stream().distinct().count(), "one chain");
    assertEquals(2 * turns, parents.size());
  }

  @Test
  default void turnThatWaitsTooLong_is409_andTheOneBeforeIsUntouched() {
    Endpoint endpoint = impatient();
    String id = Endpoint.freshId();
    RawClient first = ask(endpoint, id, "One?");
    Call one = endpoint.upstream().next();
    one.beginSse();
    one.sse(Completions.delta("One"));
    try (RawClient client = ask(endpoint, id, "Two?")) {
      RawResponse refused = client.response();
      Errors.check(409, "conversation_locked", refused);
      assertEquals("1", refused.header("Retry-After"));
    }
    one.sse(Completions.finish("stop"));
    one.sse(Completions.DONE);
    one.end();
    isAnswered(first);
    assertEquals(List.of("user:One?", "assistant:One"), endpoint.talkIn(id).stored().said());
  }

  @Test
  default void callerLeavesItsTurn_theNextOneBegins() {
    Endpoint endpoint = usual();
    String id = Endpoint.freshId();
    RawClient first = ask(endpoint, id, "One?");
    Call unused = tellHalf(endpoint, first);
    RawClient second = ask(endpoint, id, "Two?");
    assertNull(endpoint.upstream().poll(A_WHILE));
    first.leave();
    Call two = endpoint.upstream().next(CallerCases.NOTICED);
    assertEquals(3, two.request().json().path("messages").size());
    answer(two, "Two.");
    isAnswered(second);
  }

  @Test
  default void callerHasLeftItsSilentTurn_theNextOneBeginsAtOnce() {
    Endpoint endpoint = usual();
    String id = Endpoint.freshId();
    RawClient first = ask(endpoint, id, "One?");
    Call unused = tellHalf(endpoint, first);
    first.leave();
    RawClient second = ask(endpoint, id, "Two?");
    Call two = endpoint.upstream().next(AT_ONCE);
    assertEquals(3, two.request().json().path("messages").size());
    answer(two, "Two.");
    isAnswered(second);
  }

  @Test
  default void callerLeavesTheLine_theOthersHaveTheirTurns() {
    Endpoint endpoint = usual();
    String id = Endpoint.freshId();
    RawClient first = ask(endpoint, id, "One?");
    Call one = endpoint.upstream().next();
    RawClient second = ask(endpoint, id, "Never mind");
    assertNull(endpoint.upstream().poll(A_WHILE));
    RawClient third = ask(endpoint, id, "Three?");
    second.leave();
    answer(one, "One.");
    Call next = endpoint.upstream().next();
    if (next.request().lastMessage().equals("Never mind")) {
      next = endpoint.upstream().next(CallerCases.NOTICED);
    }
    assertEquals("Three?", next.request().lastMessage());
    answer(next, "Three.");
    isAnswered(first);
    isAnswered(third);
  }

  @Test
  default void upstreamDiesInATurn_theNextOneBegins() {
    Endpoint endpoint = usual();
    String id = Endpoint.freshId();
    RawClient first = ask(endpoint, id, "One?");
    Call one = tellHalf(endpoint, first);
    RawClient second = ask(endpoint, id, "Two?");
    assertNull(endpoint.upstream().poll(A_WHILE));
    one.reset();
    Call two = endpoint.upstream().next();
    assertEquals("Two?", two.request().lastMessage());
    answer(two, "Two.");
    isAnswered(second);
    first.close();
  }

  @Test
  default void turnInClientMode_neverWaits() {
    Endpoint endpoint = usual();
    String id = Endpoint.freshId();
    RawClient first = ask(endpoint, id, "One?");
    Call one = endpoint.upstream().next();
    endpoint.talkIn(id).whole("Two?", "Two.");
    answer(one, "One.");
    isAnswered(first);
  }

  @Test
  default void terminateWhileATurnWaits_theRunningOneIsFinished_andTheOtherIsNotLeftHanging() {
    Endpoint endpoint = usual();
    String id = Endpoint.freshId();
    RawClient first = ask(endpoint, id, "One?");
    Call one = endpoint.upstream().next();
    one.beginSse();
    one.sse(Completions.delta("One"));
    RawResponse response = first.response();
    Talk.hears(response, "One");
    RawClient second = ask(endpoint, id, "Two?");
    assertNull(endpoint.upstream().poll(A_WHILE));
    CompletableFuture<Integer> exit = endpoint.server().terminate();
    if (!finishesRequestsAtStop()) {
      exit.join();
      assertEquals(List.of("user:One?", "assistant:One"), endpoint.talkIn(id).stored().said());
      endpoint.start();
      second.close();
      first.close();
      return;
    }
    one.sse(Completions.finish("stop"));
    one.sse(Completions.DONE);
    one.end();
    assertTrue(response.restText().endsWith("data: [DONE]\n\n"), response::text);
    // Some containers tell the application to stop only when all requests have ended: then the
    // waiting one still has its turn.
    Call two = endpoint.upstream().poll(Duration.ofSeconds(1));
    if (two == null) {
      Errors.check(503, "server_stopping", second.response());
    } else {
      answer(two, "Two.");
      isAnswered(second);
    }
    exit.orTimeout(30, TimeUnit.SECONDS).join();
    assertEquals("user:One?", endpoint.talkIn(id).stored().said().get(0));
    assertEquals("One", endpoint.talkIn(id).stored().answers("completed").get(0));
    endpoint.start();
    second.close();
    first.close();
  }
}
