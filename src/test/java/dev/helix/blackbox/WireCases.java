package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Header;
import dev.helix.scripted.HttpConversation;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Reply;
import dev.helix.scripted.Request;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What goes to the upstream, which headers name a conversation, models, and who may call. */
@Check("ids, headers, models")
interface WireCases extends Fixture {
  @Test
  default void request_reachesTheUpstreamWithAllItsFields() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    talk.http().add(Json.message("system", "Be brief."));
    talk.http().add(Json.message("user", "Hi").put("name", "ann").put("x_mark", "kept"));
    ObjectNode body = talk.http().body(false).put("temperature", 0.25);
    body.put("seed", 1234567890123456789L).putNull("stop");
    body.putObject("x_vendor").putArray("list").add(1).add("two").addNull();
    try (RawClient client = talk.http().post(body)) {
      Call call = endpoint.upstream().next();
      assertEquals("POST", call.request().method());
      assertEquals("/v1/chat/completions", call.request().path());
      assertEquals(body.toString(), call.request().json().toString());
      call.respondJson(200, Completions.completion("ok"));
      client.response().rest();
    }
  }

  @Test
  default void callersCredentials_stayBehind_ourKeyAndListedHeadersGo() {
    Endpoint endpoint = usual();
    Talk talk =
        endpoint.talk(
            "Authorization", "Bearer secret-of-the-caller",
            "Cookie", "session=secret-of-the-caller",
            "X-Api-Key", "secret-of-the-caller",
            "X-OpenWebUI-User-Email", "secret-of-the-caller",
            "X-Trace", "trace-7",
            "X-Unlisted", "secret-of-the-caller");
    Request request = talk.streamed("Who am I?", "You");
    assertEquals("Bearer " + Endpoint.OWN_KEY, request.header("Authorization"));
    assertEquals("trace-7", request.header("X-Trace"));
    assertNull(request.header("X-Conversation-ID"));
    for (Header header : request.headers()) {
      assertFalse(header.value().contains("secret-of-the-caller"), header::toString);
    }
  }

  @Test
  default void openWebUisChatId_namesTheConversation_andIsEchoedUnderOurName() {
    Endpoint endpoint = usual();
    String id = Endpoint.freshId();
    RawResponse response = endpoint.talkWith("X-OpenWebUI-Chat-Id", id).whole("Hi", "ok");
    assertEquals("conv-" + id, response.header("X-Session-ID"));
    assertEquals(id, response.header("X-Conversation-ID"));
  }

  @Test
  default void conversationIdHeader_ranksFirst_butNotWhenEmpty() {
    Endpoint endpoint = usual();
    String first = Endpoint.freshId();
    String second = Endpoint.freshId();
    RawResponse both =
        endpoint
            .talkWith("X-OpenWebUI-Chat-Id", second, "x-conversation-id", first)
            .whole("Hi", "ok");
    assertEquals("conv-" + first, both.header("X-Session-ID"));
    RawResponse empty =
        endpoint.talkWith("X-Conversation-ID", "", "X-OpenWebUI-Chat-Id", second).whole("Hi", "ok");
    assertEquals("conv-" + second, empty.header("X-Session-ID"));
  }

  @Test
  default void withoutAnId_theFirstMessageNamesTheSession_turnAfterTurn() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talkWith();
    RawResponse first = talk.whole("Hallo", "Guten Tag");
    assertEquals("hallo-eaaa37b72e11", first.header("X-Session-ID"));
    assertNull(first.header("X-Conversation-ID"));
    RawResponse second = talk.whole("Und weiter?", "Weiter");
    assertEquals("hallo-eaaa37b72e11", second.header("X-Session-ID"));
    StoredSession stored = endpoint.stored("hallo-eaaa37b72e11");
    assertTrue(stored.status().path("conversation_id").isNull());
    assertEquals(4, stored.nodes().size());
  }

  @Test
  default void baseUrlWithAnId_namesTheConversation() {
    Endpoint endpoint = usual();
    String id = Endpoint.freshId();
    Talk talk = new Talk(endpoint, id, new HttpConversation(below(endpoint, "c/" + id)));
    RawResponse response = talk.whole("Hi", "Hello");
    assertEquals("conv-" + id, response.header("X-Session-ID"));
    assertEquals(id, response.header("X-Conversation-ID"));
    talk.streamed("And?", "Yes");
    assertEquals(4, endpoint.stored("conv-" + id).nodes().size());
  }

  private static URI below(Endpoint endpoint, String path) {
    String url = endpoint.url().toString();
    return URI.create(url.endsWith("/") ? url + path : url + "/" + path);
  }

  @Test
  default void idsThatLookAlike_neverShareASession() {
    Endpoint endpoint = usual();
    String base = Endpoint.freshId();
    String a = sessionOf(endpoint, base + "/x");
    String b = sessionOf(endpoint, base + "-x");
    String c = sessionOf(endpoint, base + "-X");
    String d = sessionOf(endpoint, a.substring("conv-".length()));
    assertEquals("conv-" + base + "-x", b);
    assertEquals(4, Set.of(a, b, c, d).size());
    for (String session : List.of(a, b, c, d)) {
      assertEquals(2, endpoint.stored(session).nodes().size(), session);
    }
  }

  @Test
  default void idInUtf8_isEchoedByteForByte() {
    Endpoint endpoint = usual();
    String id = "Gespräch-" + Endpoint.freshId();
    String onTheWire = new String(id.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    Talk talk = endpoint.talkIn(onTheWire);
    if (!passesHeaderBytes()) {
      isRefusedOrKeptAsItCame(endpoint, talk, id);
      return;
    }
    RawResponse response = talk.whole("Hi", "ok");
    assertEquals(onTheWire, response.header("X-Conversation-ID"));
    assertEquals(
        id,
        endpoint.stored(response.header("X-Session-ID")).status().path("conversation_id").asText());
  }

  /** A server that spoils the echo must not spoil the session, and one that refuses says so. */
  private static void isRefusedOrKeptAsItCame(Endpoint endpoint, Talk talk, String id) {
    try (RawClient client = talk.http().ask("Hi")) {
      Call call = endpoint.upstream().poll(Duration.ofSeconds(2));
      if (call == null) {
        assertEquals(400, client.response().status());
        return;
      }
      call.respondJson(200, Completions.completion("ok"));
      RawResponse response = client.response();
      response.rest();
      assertEquals(200, response.status(), response::text);
      String session = response.header("X-Session-ID");
      assertEquals(id, endpoint.stored(session).status().path("conversation_id").asText(), session);
    }
  }

  @Test
  default void utilityTask_isAnsweredAndNotStored() {
    Endpoint endpoint = usual();
    String id = Endpoint.freshId();
    RawResponse task =
        endpoint
            .talkWith("X-OpenWebUI-Chat-Id", id, "X-OpenWebUI-Task", "title_generation")
            .whole("### Task: give a title", "A title");
    assertNull(task.header("X-Session-ID"));
    assertFalse(endpoint.stored("conv-" + id).exists());

    Talk talk = endpoint.talkIn(id);
    talk.streamed("A real question", "A real answer");
    endpoint
        .talkWith("X-OpenWebUI-Chat-Id", id, "X-OpenWebUI-Task", "tags_generation")
        .whole("### Task: give tags", "tags");
    assertEquals(List.of("user:A real question", "assistant:A real answer"), talk.stored().said());
    assertEquals("A real question", talk.stored().status().path("original_request").asText());
  }

  @Test
  default void temporaryChat_isAnsweredAndNotKept() {
    Endpoint endpoint = usual();
    Set<String> before = endpoint.sessionFolders();
    for (String id : List.of("temporary:" + Endpoint.freshId(), "local:" + Endpoint.freshId())) {
      RawResponse response = endpoint.talkIn(id).whole("Between us", "Sure");
      assertNull(response.header("X-Session-ID"));
      endpoint.talkIn(id).streamed("Between us", "Sure");
    }
    assertEquals(before, endpoint.sessionFolders());
  }

  @Test
  default void models_areTheUpstreams_askedForOnce() {
    Endpoint endpoint = usual();
    AtomicInteger asked = new AtomicInteger();
    endpoint
        .upstream()
        .answerAlways(
            request -> {
              if (!request.path().equals("/v1/models")) {
                return null;
              }
              assertEquals("Bearer " + Endpoint.OWN_KEY, request.header("Authorization"));
              asked.incrementAndGet();
              return Reply.json(200, Completions.models("m-1", "m-2"));
            });
    for (int i = 0; i < 3; i++) {
      RawResponse response = RawClient.get(endpoint.url(), "/v1/models");
      assertEquals(200, response.status(), response::text);
      assertEquals("list", response.json().path("object").asText());
      assertEquals(List.of("m-1", "m-2"), response.json().path("data").findValuesAsText("id"));
    }
    assertEquals(1, asked.get());
  }

  @Test
  default void models_emptyWhileNothingIsKnown_thenTheUpstreams_thenTheLastKnown() {
    Endpoint endpoint = impatient();
    endpoint.upstream().down();
    RawResponse unknown = RawClient.get(endpoint.url(), "/v1/models");
    assertEquals(200, unknown.status(), unknown::text);
    assertEquals("list", unknown.json().path("object").asText());
    assertEquals(0, unknown.json().path("data").size());

    endpoint.upstream().up();
    endpoint.upstream().answerAlways(request -> Reply.json(200, Completions.models("m-9")));
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    JsonNode known = unknown.json();
    while (known.path("data").isEmpty() && System.nanoTime() < end) {
      known = RawClient.get(endpoint.url(), "/v1/models").json();
    }
    assertEquals(List.of("m-9"), known.path("data").findValuesAsText("id"));

    endpoint.upstream().down();
    end = System.nanoTime() + Duration.ofMillis(500).toNanos(); // five times the cache's life
    while (System.nanoTime() < end) {
      RawResponse last = RawClient.get(endpoint.url(), "/v1/models");
      assertEquals(200, last.status());
      assertEquals(List.of("m-9"), last.json().path("data").findValuesAsText("id"));
    }
  }

  @Test
  default void foreignHost_isRefused() {
    Endpoint endpoint = usual();
    String path = endpoint.url().getPath().replaceFirst("/$", "") + "/v1/models";
    try (RawClient client = RawClient.connect(endpoint.url())) {
      client.send(
          ("GET " + path + " HTTP/1.1\r\nHost: evil.example\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      assertNotNull(Errors.check(403, client.response()));
    }
    assertNull(endpoint.upstream().poll(Duration.ofMillis(50)));
  }

  private static String sessionOf(Endpoint endpoint, String conversationId) {
    RawResponse response = endpoint.talkIn(conversationId).whole("Same words", "Same answer");
    assertEquals(conversationId, response.header("X-Conversation-ID"));
    return response.header("X-Session-ID");
  }
}
