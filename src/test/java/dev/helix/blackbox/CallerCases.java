package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Callers who leave or do not read: the upstream request is closed, what was said stays. */
@Check("a caller who leaves is noticed within 15 s")
interface CallerCases extends Fixture {
  /** How soon a caller who left must be noticed. Source: specification, section 6. */
  Duration NOTICED = Duration.ofSeconds(15);

  @Test
  default void callerLeavesMidStream_upstreamIsClosed_partialAnswerIsKept() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    RawClient client = talk.http().stream("Tell me all");
    Call call = endpoint.upstream().next();
    call.beginSse();
    call.sse(Completions.delta("Once upon"));
    Talk.hears(client.response(), "Once upon");
    client.leave();
    call.awaitClosedByPeer(NOTICED);
    talk.stored().await("a cancelled answer", s -> !s.answers("cancelled").isEmpty());
    assertEquals(List.of("user:Tell me all", "assistant:Once upon"), talk.stored().said());

    talk.http().heard("Once");
    talk.streamed("Briefly then", "The end");
    assertEquals(List.of("The end"), talk.stored().answers("completed"));
  }

  @Test
  default void callerLeavesWhileTokensFlow_upstreamIsClosed_partialAnswerIsKept() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    RawClient client = talk.http().stream("Keep going");
    Call call = endpoint.upstream().next();
    call.beginSse();
    call.sse(Completions.delta("first "));
    Talk.hears(client.response(), "first ");
    client.leave();
    CompletableFuture<Void> tokens =
        CompletableFuture.runAsync(
            () -> {
              try {
                while (true) {
                  call.sse(Completions.delta("x"));
                }
              } catch (UncheckedIOException e) {
                // closed by the server: what this case is about
              }
            });
    call.awaitClosedByPeer(NOTICED);
    tokens.orTimeout(NOTICED.toSeconds(), TimeUnit.SECONDS).join();
    talk.stored().await("a cancelled answer", s -> !s.answers("cancelled").isEmpty());
    assertTrue(talk.stored().answers("cancelled").get(0).startsWith("first "));
  }

  @Test
  default void callerLeavesBeforeTheUpstreamAnswers_upstreamIsClosed_questionIsKept() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    RawClient client = talk.http().stream("Never mind");
    Call call = endpoint.upstream().next();
    client.leave();
    call.awaitClosedByPeer(NOTICED);
    assertEquals("user:Never mind", talk.stored().said().get(0));
    talk.http().messages().clear();
    talk.streamed("Never mind", "Fine");
    assertEquals(List.of("Fine"), talk.stored().answers("completed"));
  }

  @Test
  @Check("a reader who stalls is ended by our timer")
  default void readerThatStalls_holdsUpTheUpstream_thenIsEnded() {
    Endpoint endpoint = usual();
    String id = Endpoint.freshId();
    Talk talk = endpoint.talkIn(id);
    talk.http().add(Json.message("user", "Flood me"));
    long limit = 64L * 1024 * 1024;
    String word = "x".repeat(32 * 1024);
    try (RawClient client = RawClient.connect(endpoint.url(), 4096)) {
      client.post(Endpoint.CHAT, talk.http().body(true).toString(), "X-Conversation-ID", id);
      Call call = endpoint.upstream().next();
      call.beginSse();
      CompletableFuture<Long> pump =
          CompletableFuture.supplyAsync(
              () -> {
                long pumped = 0;
                try {
                  for (; pumped < limit; pumped += word.length()) {
                    call.sse(Completions.delta(word));
                  }
                } catch (UncheckedIOException e) {
                  // closed by the server: what this case is about
                }
                return pumped;
              });
      RawResponse head = client.response(); // and from here on nothing is read
      assertEquals(200, head.status());
      call.awaitClosedByPeer(Duration.ofSeconds(30));
      long pumped = pump.orTimeout(30, TimeUnit.SECONDS).join();
      assertTrue(pumped < limit, "the whole flood was taken in for a reader that did not read");
    }
    talk.stored().await("a cancelled answer", s -> !s.answers("cancelled").isEmpty());
  }
}
