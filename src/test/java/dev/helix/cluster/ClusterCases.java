package dev.helix.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.message.Message;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Reply;
import dev.helix.scripted.Request;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * What two servers on one store promise. A class that starts a store in {@link #cluster()} once
 * ({@code PER_CLASS}) is a test of that store.
 */
interface ClusterCases {
  /** The store and the servers, the same ones each time. */
  Cluster cluster();

  @AfterAll
  default void endCluster() {
    if (cluster() != null) { // Null where there is no store to be had.
      cluster().close();
    }
  }

  private static void answer(Call call, String... words) {
    call.beginSse();
    Completions.chunks(words).forEach(call::sse);
    call.end();
  }

  private static String answered(RawClient client) {
    try (client) {
      RawResponse response = client.response();
      response.rest();
      assertEquals(200, response.status(), response::text);
      return response.text();
    }
  }

  private static void turn(ClusterServer server, String id, String question, String words) {
    RawClient client = server.ask(id, question);
    answer(server.upstream().next(), words);
    String text = answered(client);
    assertTrue(text.endsWith("data: [DONE]\n\n"), text);
  }

  private static List<String> asked(Call call) {
    List<String> messages = new ArrayList<>();
    for (JsonNode message : call.request().json().path("messages")) {
      messages.add(message.path("content").asText());
    }
    return messages;
  }

  private List<String> stored(String id) {
    try (SessionManager sessions = cluster().store().look()) {
      return sessions.transcript(new SessionId("conv-" + id)).messages().stream()
          .map(ClusterCases::said)
          .toList();
    }
  }

  private static String said(Message message) {
    return message.status() == null
        ? message.text()
        : message.text() + " (" + message.status().wireName() + ")";
  }

  /** Each sees all that was said before it, whichever server that was said to. */
  @Test
  default void responsesAndItems_ofOneConversationOnTwoServers_comeOneAfterTheOther() {
    List<ClusterServer> servers = List.of(cluster().here(), cluster().there());
    Set<Integer> sent = ConcurrentHashMap.newKeySet();
    Function<Request, Reply> answers =
        request -> {
          sent.add(request.json().path("messages").size());
          return Reply.json(200, Completions.completion("to " + request.lastMessage()));
        };
    servers.forEach(server -> server.upstream().answerAlways(answers));
    String made = answered(servers.get(0).post("/v1/conversations", "{}"));
    String id = Json.read(made.substring(made.indexOf('{'))).path("id").asText();
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String asked = "{'model':'m','input':'Q" + i + "','conversation':'" + id + "'}";
      clients.add(servers.get(i % 2).post("/v1/responses", asked));
    }
    String pair = "{'role':'user','content':'Q'},{'role':'assistant','content':'to Q'}";
    clients.add(
        servers.get(1).post("/v1/conversations/" + id + "/items", "{'items':[" + pair + "]}"));
    clients.forEach(ClusterCases::answered);
    servers.forEach(server -> server.upstream().answerAlways(request -> null));
    assertEquals(8, sent.size(), sent::toString);
    JsonNode items =
        RawClient.get(servers.get(0).url(), "/v1/conversations/" + id + "/items?limit=100")
            .json()
            .path("data");
    assertEquals(18, items.size());
    for (int i = 0; i < 18; i += 2) {
      String answer = items.at("/" + i + "/content/0/text").asText();
      assertEquals("to " + items.at("/" + (i + 1) + "/content/0/text").asText(), answer);
    }
  }

  @Test
  default void serverKilledInMidStream_theConversationGoesOnAtTheOther_andTheLeasePassesOn() {
    ClusterServer here = cluster().here();
    ClusterServer there = cluster().there();
    String id = UUID.randomUUID().toString();
    turn(here, id, "One?", "One.");
    RawClient cut = here.ask(id, "Two?");
    Call two = here.upstream().next();
    two.beginSse();
    two.sse(Completions.delta("Half"));
    RawResponse half = cut.response();
    assertTrue(half.data().contains("Half"));
    RawClient waiting = there.ask(id, "Three?");
    assertNull(there.upstream().poll(ClusterServer.LEASE.multipliedBy(2)), "the lease is renewed");
    here.kill();
    try {
      Call three = there.upstream().next(Duration.ofSeconds(20));
      assertEquals(List.of("One?", "One.", "Three?"), asked(three));
      answer(three, "Three.");
      assertTrue(answered(waiting).endsWith("data: [DONE]\n\n"));
    } finally {
      cut.close();
      here.start();
    }
    turn(here, id, "Four?", "Four.");
    assertEquals(
        List.of(
            "One?",
            "One. (completed)",
            "Two?",
            "Three?",
            "Three. (completed)",
            "Four?",
            "Four. (completed)"),
        stored(id));
  }

  @Test
  default void serverThatSleptPastItsLease_endsWithAnError_andItsAnswerIsABranch() {
    ClusterServer here = cluster().here();
    ClusterServer there = cluster().there();
    String id = UUID.randomUUID().toString();
    RawClient first = here.ask(id, "One?");
    Call one = here.upstream().next();
    one.beginSse();
    one.sse(Completions.delta("One."));
    RawResponse late = first.response();
    assertTrue(late.data().contains("One."));
    here.sleep();
    try {
      turn(there, id, "Two?", "Two.");
      one.sse(Completions.finish("stop"));
      one.sse(Completions.DONE);
      one.end();
    } finally {
      here.wake();
    }
    String text = late.restText();
    first.close();
    assertTrue(text.contains("\"conversation_lease_lost\""), text);
    assertFalse(text.contains("[DONE]"), text);
    assertEquals(List.of("One?", "Two?", "Two. (completed)", "One. (failed)"), stored(id));
    RawClient third = here.ask(id, "Three?");
    Call three = here.upstream().next();
    assertEquals(List.of("Two?", "Two.", "Three?"), asked(three));
    answer(three, "Three.");
    assertTrue(answered(third).endsWith("data: [DONE]\n\n"));
  }

  @Test
  default void storeKilledUnderLoad_losesNoAcknowledgedTurn_andIsUsedAgainWhenItIsBack() {
    try (StoreLoad load = new StoreLoad(cluster())) {
      load.awaitTurns(50);
      cluster().store().kill().run();
      cluster().here().awaitReady(503);
      cluster().there().awaitReady(503);
      cluster().store().restart().run();
      cluster().here().awaitReady(200);
      cluster().there().awaitReady(200);
      load.awaitTurns(50);
      load.end();
      assertTrue(load.refused() > 0, "nobody noticed");
      load.check();
    }
  }
}
