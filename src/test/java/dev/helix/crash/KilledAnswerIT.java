package dev.helix.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.packaging.WarProcess;
import dev.helix.reliability.CountedTests;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.ScriptedUpstream;
import dev.helix.servers.PostgresServer;
import dev.helix.servers.SharedServers;
import dev.helix.servers.SharedStore;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The server is killed in the middle of streams: the words that its caller was shown are there, and
 * so are the questions of responses, which failed.
 */
@ExtendWith({CountedTests.class, SharedServers.class})
class KilledAnswerIT {
  private static final SessionId ID = new SessionId("conv-c");

  @TempDir Path folder;

  @Test
  void folders() {
    check(SharedStore.of(folder));
  }

  @Test
  void postgres(PostgresServer postgres) {
    check(SharedStore.of(postgres));
  }

  @Test
  void redis() {
    check(SharedStore.ofRedis());
  }

  private static WarProcess start(SharedStore store, ScriptedUpstream upstream) {
    Map<String, String> environment = store.environment();
    environment.put("HELIX_UPSTREAM_URL", upstream.baseUrl().toString());
    environment.put("HELIX_ANSWER_CHECKPOINT", "50ms");
    environment.put("HELIX_HISTORY_LEASE", "1s");
    return WarProcess.start(environment);
  }

  private static void check(SharedStore store) {
    try (ScriptedUpstream upstream = ScriptedUpstream.startWithoutModels();
        KilledResponses responses = new KilledResponses(upstream)) {
      String shown = killed(store, upstream, responses);
      try (WarProcess server = start(store, upstream);
          RawClient client = RawClient.connect(server.url())) {
        responses.goOn(server.url());
        goOn(store, upstream, client, shown);
      }
    } finally {
      store.close().run();
    }
  }

  /** Streams words until two checkpoints are there, kills the server, and says what was shown. */
  private static String killed(
      SharedStore store, ScriptedUpstream upstream, KilledResponses responses) {
    try (WarProcess server = start(store, upstream);
        RawClient client = RawClient.connect(server.url())) {
      responses.begin(server.url());
      ask(client, "stored", "Q1");
      Call call = upstream.next();
      call.beginSse();
      call.sse(Completions.role());
      call.sse(Completions.delta("It is"));
      RawResponse response = client.response();
      hear(response, "It is");
      awaitStored(store, "It is");
      call.sse(Completions.delta(" so"));
      hear(response, " so");
      awaitStored(store, "It is so");
      call.sse(Completions.delta(" that"));
      hear(response, " that");
      server.kill();
      response.rest();
      assertTrue(response.isCut());
    }
    return "It is so that";
  }

  private static void goOn(
      SharedStore store, ScriptedUpstream upstream, RawClient client, String shown) {
    Message answer = answer(store);
    assertTrue(answer.text().startsWith("It is so"), answer::text);
    assertEquals(AnswerStatus.CANCELLED, answer.status());
    ask(client, "stored", "Q2");
    Call stored = upstream.next();
    assertEquals(List.of("Q1", answer.text(), "Q2"), texts(stored));
    answer(stored, client, "A2");
    // The client that was shown more, too, goes on behind it.
    ask(client, "client", "Q1", shown, "Q2", "A2", "Q3");
    answer(upstream.next(), client, "A3");
    try (SessionManager look = store.look()) {
      List<String> path = look.transcript(ID).currentPath().stream().map(Message::text).toList();
      assertEquals(List.of("Q1", answer.text(), "Q2", "A2", "Q3", "A3"), path);
      assertEquals(6, look.transcript(ID).messages().size());
    }
  }

  private static void ask(RawClient client, String history, String... said) {
    var body = Json.object().put("model", Completions.MODEL).put("stream", true);
    var messages = body.putArray("messages");
    for (int i = 0; i < said.length; i++) {
      messages.add(Json.message(i % 2 == 0 ? "user" : "assistant", said[i]));
    }
    client.post(
        "/v1/chat/completions",
        body.toString(),
        "X-Conversation-ID",
        "c",
        "X-Conversation-History",
        history);
  }

  private static List<String> texts(Call call) {
    List<String> texts = new ArrayList<>();
    call.request().json().path("messages").forEach(m -> texts.add(m.path("content").asText()));
    return texts;
  }

  private static void answer(Call call, RawClient client, String text) {
    call.beginSse();
    Completions.chunks(text).forEach(call::sse);
    call.end();
    assertTrue(client.response().restText().endsWith("data: [DONE]\n\n"));
  }

  private static void hear(RawResponse response, String word) {
    String data = response.data();
    while (!data.contains("\"content\":\"" + word + "\"")) {
      data = response.data();
    }
  }

  private static Message answer(SharedStore store) {
    try (SessionManager look = store.look()) {
      List<Message> messages = look.transcript(ID).messages();
      return messages.size() < 2 ? null : messages.get(1);
    }
  }

  /** Waits until a checkpoint says this. */
  private static void awaitStored(SharedStore store, String text) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    Message answer = answer(store);
    while (answer == null || !answer.text().equals(text)) {
      assertTrue(System.nanoTime() < deadline, text + " is not there");
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      answer = answer(store);
    }
    assertTrue(answer.element().checkpoint());
  }
}
