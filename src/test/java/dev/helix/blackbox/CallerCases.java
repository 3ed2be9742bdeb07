package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Callers who leave or do not read: the upstream request is closed, what was said stays. */
@Check("a caller who leaves is noticed within 15 s")
interface CallerCases extends Fixture {
  /** How soon a caller who left must be noticed. Source: specification, section 6. */
  Duration NOTICED = Duration.ofSeconds(15);

  /** More callers than the server has threads for turns, on a machine of this size. */
  int MANY = Math.max(8, 2 * Runtime.getRuntime().availableProcessors()) + 4;

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
    try (RawClient client = RawClient.connect(endpoint.url(), 4096)) {
      client.post(Endpoint.CHAT, talk.http().body(true).toString(), "X-Conversation-ID", id);
      Call call = endpoint.upstream().next();
      Flood flood = Flood.into(call);
      RawResponse head = client.response(); // and from here on nothing is read
      assertEquals(200, head.status());
      call.awaitClosedByPeer(Duration.ofSeconds(30));
      flood.awaitEnd(Duration.ofSeconds(30));
    }
    talk.stored().await("a cancelled answer", s -> !s.answers("cancelled").isEmpty());
  }

  @Test
  default void readerSlowerThanTheUpstream_holdsItUp_andGetsAll() {
    Endpoint endpoint = impatient(); // not where our timer would end the pause
    String id = Endpoint.freshId();
    Talk talk = endpoint.talkIn(id);
    talk.http().add(Json.message("user", "Tell me all"));
    int tokens = 90_000; // some 14 MB, by far more than may wait and than sockets hold
    try (RawClient client = RawClient.connect(endpoint.url(), 4096)) {
      client.post(Endpoint.CHAT, talk.http().body(true).toString(), "X-Conversation-ID", id);
      Flood flood = Flood.ofTokens(endpoint.upstream().next(), "word ", tokens);
      RawResponse response = client.response();
      assertEquals(200, response.status());
      flood.awaitHeldUp(Duration.ofSeconds(30)); // while nothing is read
      client.deadline(Duration.ofSeconds(60));
      String all = response.restText();
      assertTrue(all.endsWith("data: [DONE]\n\n"), "its end: " + all.substring(all.length() - 300));
      flood.awaitEnd(Duration.ofSeconds(10));
    }
    assertEquals(List.of("word ".repeat(tokens)), talk.stored().answers("completed"));
  }

  @Test
  default void readersSlowerThanTheUpstream_getAllOfAWholeAnswer_andTheConnectionGoesOn() {
    Endpoint endpoint = usual();
    String text = "word ".repeat(600_000); // more than sockets hold
    try (RawClient client = RawClient.connect(endpoint.url(), 4096)) {
      for (int i = 0; i < 5; i++) {
        Talk talk = endpoint.talk();
        talk.http().add(Json.message("user", "Tell me all"));
        client.post(Endpoint.CHAT, talk.http().body(false).toString());
        endpoint.upstream().next().respondJson(200, Completions.completion(text));
        RawResponse response = client.response();
        assertEquals(Completions.completion(text), response.restText());
        assertFalse(response.isCut());
      }
    }
  }

  @Test
  @Check("readers who stall hold nobody else up")
  default void readersThatStall_holdNobodyElseUp() {
    Endpoint endpoint = impatient(); // not where our timer would end them meanwhile
    List<Talk> talks = new ArrayList<>();
    List<RawClient> stalled = new ArrayList<>();
    List<Flood> floods = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      String id = Endpoint.freshId();
      Talk talk = endpoint.talkIn(id);
      talk.http().add(Json.message("user", "Flood me"));
      talks.add(talk);
      RawClient client = RawClient.connect(endpoint.url(), 4096);
      client.post(Endpoint.CHAT, talk.http().body(true).toString(), "X-Conversation-ID", id);
      floods.add(Flood.into(endpoint.upstream().next()));
      assertEquals(200, client.response().status()); // and from here on nothing is read
      stalled.add(client);
    }
    floods.forEach(flood -> flood.awaitHeldUp(NOTICED));

    for (int i = 0; i < 5; i++) {
      Talk other = endpoint.talk();
      try (RawClient client = other.http().stream("And me?")) {
        client.deadline(Duration.ofSeconds(5)); // our timer would come after a minute
        Call call = endpoint.upstream().next();
        call.beginSse();
        call.sse(Completions.role());
        RawResponse response = client.response();
        for (String word : List.of("You", " are", " served")) {
          call.sse(Completions.delta(word));
          Talk.hears(response, word);
        }
        call.sse(Completions.finish("stop"));
        call.sse(Completions.DONE);
        call.end();
        assertTrue(response.restText().endsWith("data: [DONE]\n\n"));
      }
      assertEquals(List.of("You are served"), other.stored().answers("completed"));
    }

    stalled.forEach(RawClient::leave);
    floods.forEach(flood -> flood.awaitEnd(NOTICED));
    for (Talk talk : talks) {
      talk.stored().await("a cancelled answer", s -> !s.answers("cancelled").isEmpty());
    }
  }
}
