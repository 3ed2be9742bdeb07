package dev.helix.openai.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.session.SessionId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that never came, of clients that have a place for them in a tree of their own. */
class NamedAnswerTest {
  private static final String ANSWER = "X-OpenWebUI-Message-Id";

  @TempDir Path folder;
  private final String id = UUID.randomUUID().toString();
  private ChatServer server;

  @BeforeEach
  void start() throws Exception {
    server = new ChatServer(folder, Duration.ZERO);
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private static void refuse(Call call) {
    call.respondJson(429, Completions.error("Slowly", "rate", "rate_limit"));
  }

  /** A turn before, so that there is a conversation. */
  private void begin() {
    RawClient client = server.post(id, "Hello", false);
    server.upstream.next().respondJson(200, Completions.completion("Hi"));
    assertEquals(200, answered(client).status());
  }

  private static RawResponse answered(RawClient client) {
    try (client) {
      RawResponse response = client.response();
      response.rest();
      return response;
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void refusedByTheUpstream_theNamedAnswerIsKeptEmpty(boolean stream) {
    begin();
    RawClient client = server.post(id, "Well?", stream, ANSWER, "a1");
    refuse(server.upstream.next());
    assertEquals(429, answered(client).status());
    assertEquals(
        List.of("user:Hello", "assistant:Hi (completed)", "user:Well?", "assistant: (failed)"),
        server.stored(id));
    assertEquals(
        "a1", server.sessions.transcript(new SessionId("conv-" + id)).messages().get(3).id());
  }

  @Test
  void answerThatNobodyNamed_isKeptOnlyIfItCame() {
    begin();
    RawClient client = server.post(id, "Well?", true, "X-OpenWebUI-User-Message-Id", "q1");
    refuse(server.upstream.next());
    assertEquals(429, answered(client).status());
    assertEquals(
        List.of("user:Hello", "assistant:Hi (completed)", "user:Well?"), server.stored(id));
  }

  @Test
  void callerWhoLeavesBeforeTheAnswer_leavesAnEmptyOneBehind() {
    RawClient client = server.post(id, "Well?", true, ANSWER, "a1");
    Call call = server.upstream.next();
    client.response().comment();
    client.leave();
    call.awaitClosedByPeer(Duration.ofSeconds(15));
    server.turns.drain();
    assertEquals(List.of("user:Well?", "assistant: (cancelled)"), server.stored(id));
  }

  @Test
  void answerThatBrokeOff_isKeptAsFarAsItCame() {
    RawClient client = server.post(id, "Well?", true, ANSWER, "a1");
    Call call = server.upstream.next();
    call.beginSse();
    call.sse(Completions.delta("Half"));
    RawResponse response = client.response();
    response.data();
    call.cut();
    response.rest();
    client.close();
    assertEquals(List.of("user:Well?", "assistant:Half (failed)"), server.stored(id));
  }

  @Test
  void streamThatSaysNothingAtAll_isAFailedAnswer() {
    RawClient client = server.post(id, "Well?", true, ANSWER, "a1");
    Call call = server.upstream.next();
    call.beginSse();
    call.sse(Completions.DONE);
    call.end();
    answered(client);
    assertEquals(List.of("user:Well?", "assistant: (failed)"), server.stored(id));
  }

  @Test
  void task_isNotKept_whateverItsIdsAre() {
    RawClient client = server.post(id, "Well?", false, ANSWER, "a1", "X-OpenWebUI-Task", "x");
    refuse(server.upstream.next());
    assertEquals(429, answered(client).status());
    assertEquals(List.of(), server.sessions.list(10));
  }
}
