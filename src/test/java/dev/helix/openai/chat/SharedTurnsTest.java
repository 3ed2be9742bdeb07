package dev.helix.openai.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.session.MovedClock;
import dev.helix.session.SessionException;
import dev.helix.session.StoreUnavailableException;
import dev.helix.store.MemorySessionStore;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Turns with stored history of one conversation on two servers that share a store. */
class SharedTurnsTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(300);

  private final String id = UUID.randomUUID().toString();

  /** Leases run out by this one: a machine that is slow for a while loses none. */
  private final MovedClock clock = new MovedClock("2026-01-05T12:34:56Z");

  private final MemorySessionStore store = new MemorySessionStore(clock);
  private ChatServer here;
  private ChatServer there;

  private void servers(Duration wait, Duration lease) throws Exception {
    here = new ChatServer(store, wait, lease);
    there = new ChatServer(store, wait, lease);
  }

  @AfterEach
  void close() throws Exception {
    here.close();
    there.close();
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

  private static void isRefused(RawResponse response, int status, String code) {
    assertEquals(status, response.status(), response::text);
    assertEquals(code, response.json().path("error").path("code").asText());
  }

  @Test
  void turnOnAnotherServer_isWaitedFor_andItsAnswerIsSeen() throws Exception {
    servers(LONG, LONG);
    RawClient first = here.ask(id, "One?");
    Call one = here.upstream.next();
    RawClient second = there.ask(id, "Two?");
    assertNull(there.upstream.poll(SHORT));
    assertEquals(List.of("user:One?"), there.stored(id), "the waiting question is not placed");
    answer(one, "One.");
    assertTrue(answered(first).text().endsWith("data: [DONE]\n\n"));
    Call two = there.upstream.next();
    assertEquals(3, two.request().json().path("messages").size());
    answer(two, "Two.");
    assertTrue(answered(second).text().endsWith("data: [DONE]\n\n"));
    assertEquals(
        List.of(
            "user:One?", "assistant:One. (completed)", "user:Two?", "assistant:Two. (completed)"),
        here.stored(id));
  }

  @Test
  void leaseIsRenewed_asLongAsTheTurnGoesOn() throws Exception {
    servers(SHORT, SHORT);
    CountDownLatch renewals = new CountDownLatch(5);
    here.watchStore(
        call -> {},
        call -> {
          if (call.equals("renew")) {
            clock.move(SHORT.multipliedBy(2).dividedBy(3));
            renewals.countDown();
          }
        });
    RawClient first = here.ask(id, "One?");
    Call one = here.upstream.next();
    assertTrue(renewals.await(20, TimeUnit.SECONDS));
    isRefused(answered(there.ask(id, "Two?")), 409, "conversation_locked");
    answer(one, "One.");
    assertTrue(answered(first).text().endsWith("data: [DONE]\n\n"));
    assertEquals(List.of("user:One?", "assistant:One. (completed)"), there.stored(id));
  }

  @Test
  void holderThatSleptPastItsLease_endsWithAnError_andItsAnswerIsABranch() throws Exception {
    servers(LONG, SHORT);
    here.breakStore("renew");
    RawClient first = here.ask(id, "One?");
    Call one = here.upstream.next();
    RawClient second = there.ask(id, "Two?");
    clock.move(SHORT.plusMillis(1));
    answer(there.upstream.next(), "Two.");
    assertTrue(answered(second).text().endsWith("data: [DONE]\n\n"));
    answer(one, "One.");
    RawResponse late = answered(first);
    assertTrue(late.text().contains("\"conversation_lease_lost\""), late::text);
    assertTrue(!late.text().contains("[DONE]"), late::text);
    assertEquals(
        List.of("user:One?", "user:Two?", "assistant:Two. (completed)", "assistant:One. (failed)"),
        there.stored(id));
    RawClient third = here.ask(id, "Three?");
    Call three = here.upstream.next();
    assertEquals("Two?", three.request().json().path("messages").path(0).path("content").asText());
    answer(three, "Three.");
    answered(third);
  }

  @Test
  void renewalThatFindsTheLeaseLost_endsTheTurn_whileTheUpstreamIsSilent() throws Exception {
    servers(LONG, SHORT);
    here.breakStore("renew");
    RawClient first = here.post(id, "One?", false, "X-Conversation-History", "stored");
    Call one = here.upstream.next();
    RawClient second = there.ask(id, "Two?");
    clock.move(SHORT.plusMillis(1));
    Call two = there.upstream.next();
    here.breakStore();
    isRefused(answered(first), 409, "conversation_lease_lost");
    one.awaitClosedByPeer(Duration.ofSeconds(15));
    answer(two, "Two.");
    assertEquals(200, answered(second).status());
  }

  @Test
  void clientHistory_waitsForNoOtherTurn() throws Exception {
    servers(LONG, LONG);
    RawClient first = here.ask(id, "One?");
    Call one = here.upstream.next();
    RawClient second = there.post(id, "Two?", true);
    answer(there.upstream.next(), "Two.");
    assertEquals(200, answered(second).status());
    answer(one, "One.");
    assertTrue(answered(first).text().endsWith("data: [DONE]\n\n"));
  }

  @Test
  void storeThatIsOutOfReach_is503_withRetryAfter_andIsUsedWhenItIsBack() throws Exception {
    servers(LONG, LONG);
    SessionException down = new StoreUnavailableException("gone", null);
    for (String method : List.of("lease", "append")) {
      here.breakStore(down, method);
      RawResponse refused = answered(here.ask(id, "One?"));
      isRefused(refused, 503, "storage_unavailable");
      assertEquals("5", refused.header("Retry-After"));
    }
    here.breakStore(down, "find");
    RawResponse refused = answered(here.ask(id, "One?"));
    isRefused(refused, 503, "session_store_unavailable");
    assertEquals("5", refused.header("Retry-After"));
    here.breakStore();
    RawClient first = here.ask(id, "One?");
    Call one = here.upstream.next();
    here.breakStore(down, "append");
    answer(one, "One.");
    assertTrue(answered(first).text().contains("\"storage_unavailable\""));
    here.breakStore();
    RawClient second = here.ask(id, "One?");
    answer(here.upstream.next(), "One.");
    assertTrue(answered(second).text().endsWith("data: [DONE]\n\n"));
    assertEquals(List.of("user:One?", "assistant:One. (completed)"), here.stored(id));
  }
}
