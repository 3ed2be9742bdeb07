package dev.helix.openai.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.openai.chat.ChatServer;
import dev.helix.openai.conversations.ConversationsServlet;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.session.Lease;
import dev.helix.session.SessionId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is added to a conversation waits for its turns, holds no thread, and leaves nothing. */
class ConversationWaitsTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String ITEM = "{\"items\":[{\"role\":\"user\",\"content\":\"Added\"}]}";

  @TempDir Path folder;
  private ChatServer server;
  private String id;

  private void start(Duration wait) throws Exception {
    server = new ChatServer(folder, wait);
    server.add(new ConversationsServlet(), "/v1/conversations/*");
    String made = call("POST", "", "{}").json().path("id").asText();
    id = made;
  }

  /** Whatever happened, the conversation is free and no memory is held. */
  @AfterEach
  void nothingIsLeftBehind() throws Exception {
    try (ChatServer last = server) {
      last.breakStore();
      assertEquals(200, call("POST", "/" + id + "/items", ITEM).status());
      last.turns.drain();
      assertEquals(0, last.budget.usedBytes());
    }
  }

  private RawResponse call(String method, String path, String body) {
    return RawClient.exchange(
        server.url(),
        method,
        "/v1/conversations" + path,
        body.getBytes(StandardCharsets.UTF_8),
        "Content-Type",
        "application/json");
  }

  private RawClient add() {
    RawClient client = RawClient.connect(server.url());
    client.post("/v1/conversations/" + id + "/items", ITEM);
    return client;
  }

  private SessionId session() {
    return new SessionId("conv-" + id);
  }

  private Lease leaseOfAnotherServer() {
    return server.sessions.lease(session(), LONG).orElseThrow();
  }

  private int added() {
    return server.sessions.transcript(session()).messages().size();
  }

  @Test
  void anotherServersTurn_isWaitedFor() throws Exception {
    start(LONG);
    Lease lease = leaseOfAnotherServer();
    try (RawClient client = add()) {
      server.sessions.release(lease);
      assertEquals(200, client.response().status());
    }
    assertEquals(1, added());
  }

  @Test
  void turnThatLasts_isAConflict_andNothingIsAdded() throws Exception {
    start(Duration.ZERO);
    Lease lease = leaseOfAnotherServer();
    RawResponse refused = call("POST", "/" + id + "/items", ITEM);
    assertEquals(409, refused.status());
    assertEquals("conversation_locked", refused.json().at("/error/code").asText());
    assertTrue(refused.header("Retry-After") != null);
    assertEquals(0, added());
    server.sessions.release(lease);
  }

  @Test
  void manyThatWait_holdNoThread() throws Exception {
    start(LONG);
    Lease lease = leaseOfAnotherServer();
    List<RawClient> waiting = Stream.generate(this::add).limit(20).toList();
    // More than there are threads.
    assertEquals(200, call("GET", "/" + id, "").status());
    server.sessions.release(lease);
    for (RawClient client : waiting) {
      try (client) {
        assertEquals(200, client.response().status());
      }
    }
    assertEquals(20, added());
  }

  @Test
  void storeThatFails_isAnError_andTheConversationIsFree() throws Exception {
    start(LONG);
    for (String method : List.of("lease", "read", "append", "force")) {
      server.breakStore(method);
      assertEquals(500, call("POST", "/" + id + "/items", ITEM).status(), method);
      server.breakStore();
    }
    server.breakStore("delete", "saveNote", "erase");
    assertEquals(500, call("DELETE", "/" + id, "").status());
    assertEquals(500, call("POST", "/" + id, "{\"metadata\":{}}").status());
  }

  @Test
  void conversationDeletedWhileItIsAddedTo_isNotMadeAnew() throws Exception {
    start(LONG);
    Lease lease = leaseOfAnotherServer();
    String other = call("POST", "", "{}").json().path("id").asText();
    try (RawClient client = add()) {
      assertEquals(200, call("DELETE", "/" + id, "").status());
      server.sessions.release(lease);
      RawResponse gone = client.response();
      gone.rest();
      assertTrue(gone.status() == 409 || gone.status() == 404, gone::text);
    }
    assertTrue(server.sessions.find(session()).isEmpty());
    id = other;
  }

  @Test
  void bodyOverTheLimit_isRefused() throws Exception {
    start(LONG);
    String large = ITEM.replace("Added", "x".repeat(1 << 20));
    assertEquals(413, call("POST", "/" + id + "/items", large).status());
    assertEquals(413, call("POST", "", large).status());
    assertEquals(0, added());
  }
}
