package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Header;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Request;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What passes through to the upstream: embeddings, speech, images and the like. */
@Check("ids, headers, models")
interface PassthroughCases extends Fixture {
  byte[] JSON = "{\"model\":\"m\",\"input\":\"Hi\"}".getBytes(StandardCharsets.UTF_8);

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(7).nextBytes(bytes);
    return bytes;
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /v1/embeddings, /v1/embeddings",
    "POST, /v1/embeddings/, /v1/embeddings",
    "POST, /v1/completions, /v1/completions",
    "POST, /v1/rerank, /v1/rerank",
    "POST, /v1/moderations, /v1/moderations",
    "POST, /v1/images/generations, /v1/images/generations",
    "POST, /v1/audio/speech?a=b%20c, /v1/audio/speech?a=b%20c",
    "GET, /v1/audio/voices, /v1/audio/voices",
  })
  default void request_passesWithItsBody_andOurKey_andIsNotRecorded(
      String method, String path, String asked) {
    Endpoint endpoint = usual();
    Set<String> before = endpoint.sessionFolders();
    byte[] body = method.equals("GET") ? new byte[0] : JSON;
    try (RawClient client = RawClient.connect(endpoint.url())) {
      client.request(
          method,
          path,
          body,
          "Content-Type",
          "application/json",
          "Accept",
          "application/json",
          "X-Conversation-ID",
          Endpoint.freshId(),
          "X-Trace",
          "trace-7",
          "Authorization",
          "Bearer secret-of-the-caller",
          "Cookie",
          "session=secret-of-the-caller",
          "X-Api-Key",
          "secret-of-the-caller");
      Call call = endpoint.upstream().next();
      Request request = call.request();
      assertEquals(method + " " + asked, request.method() + " " + request.path());
      assertArrayEquals(body, request.body());
      assertEquals("Bearer " + Endpoint.OWN_KEY, request.header("Authorization"));
      assertEquals("trace-7", request.header("X-Trace"));
      assertEquals("application/json", request.header("Accept"));
      for (Header header : request.headers()) {
        assertFalse(header.value().contains("secret-of-the-caller"), header::toString);
      }
      call.respondJson(
          200, "{\"data\":[]}", "X-Ratelimit-Remaining-Requests", "9", "Set-Cookie", "theirs=1");
      RawResponse response = client.response();
      assertEquals("{\"data\":[]}", response.restText());
      assertEquals(200, response.status());
      assertEquals("9", response.header("X-Ratelimit-Remaining-Requests"));
      assertNull(response.header("Set-Cookie"));
      assertNull(response.header("X-Session-ID"));
    }
    assertEquals(before, endpoint.sessionFolders());
  }

  @Test
  default void postWithoutABody_passesWithoutOne_andWithoutAType() {
    Endpoint endpoint = usual();
    try (RawClient client = RawClient.connect(endpoint.url())) {
      client.request("POST", "/v1/audio/voices", new byte[0]);
      Call call = endpoint.upstream().next();
      assertEquals("POST", call.request().method());
      assertNull(call.request().header("Content-Type"));
      assertEquals("0", call.request().header("Content-Length"));
      call.respondJson(200, "{}");
      assertEquals("{}", client.response().restText());
    }
  }

  @Test
  default void uploadsAndSounds_passByteForByte() {
    Endpoint endpoint = usual();
    byte[] upload = bytes(700_000);
    byte[] sound = bytes(3_000_000);
    String type = "multipart/form-data; boundary=\"a 'b\"; x=1";
    try (RawClient client = RawClient.connect(endpoint.url())) {
      client.request("POST", "/v1/audio/transcriptions", upload, "Content-Type", type);
      Call call = endpoint.upstream().next();
      assertEquals(type, call.request().header("Content-Type"));
      assertArrayEquals(upload, call.request().body());
      call.respond(200, "audio/mpeg", sound, "Content-Disposition", "attachment");
      RawResponse response = client.response();
      assertArrayEquals(sound, response.rest());
      assertEquals("audio/mpeg", response.header("Content-Type"));
      assertEquals("attachment", response.header("Content-Disposition"));
      assertFalse(response.isCut());
    }
  }

  @Test
  default void callersSlowerThanTheUpstream_getAll_andTheConnectionGoesOn() {
    Endpoint endpoint = usual();
    byte[] sound = bytes(3_000_000); // more than sockets hold
    RawClient client = RawClient.connect(endpoint.url(), 4096);
    try {
      for (int i = 0; i < 5; i++) {
        client.post("/v1/audio/speech", "{\"input\":\"Hi\"}");
        endpoint.upstream().next().respond(200, "audio/mpeg", sound);
        RawResponse response = client.response();
        assertArrayEquals(sound, response.rest());
        assertFalse(response.isCut());
        if (!cutsConnections()) { // Then it says that it ends.
          client.close();
          client = RawClient.connect(endpoint.url(), 4096);
        }
      }
    } finally {
      client.close();
    }
  }

  @Test
  default void stream_comesAsItIsSent() {
    Endpoint endpoint = usual();
    try (RawClient client = RawClient.connect(endpoint.url())) {
      client.post("/v1/completions", "{\"prompt\":\"Hi\",\"stream\":true}");
      Call call = endpoint.upstream().next();
      call.beginSse();
      call.chunk("data: one\n\n");
      RawResponse response = client.response();
      assertTrue(response.header("Content-Type").startsWith("text/event-stream"));
      assertEquals("one", response.data());
      call.chunk("data: tw");
      call.chunk("o\n\ndata: [DONE]\n\n");
      call.end();
      assertEquals(List.of("two", "[DONE]"), List.of(response.data(), response.data()));
      assertNull(response.data());
      assertFalse(response.isCut());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 404, 429, 500, 503})
  default void errorsOfTheUpstream_areToldInOpenAisForm(int status) {
    Endpoint endpoint = usual();
    try (RawClient client = RawClient.connect(endpoint.url())) {
      client.post("/v1/embeddings", "{}");
      endpoint
          .upstream()
          .next()
          .respondJson(status, "{\"detail\":\"no such thing\"}", "Retry-After", "7");
      RawResponse response = client.response();
      String message = Errors.check(status, response).path("message").asText();
      assertTrue(message.endsWith("no such thing"), message);
      assertEquals("7", response.header("Retry-After"));
    }
    try (RawClient client = RawClient.connect(endpoint.url())) {
      client.post("/v1/embeddings", "{}");
      String error = Completions.error("Slowly", "rate", "rate_limit");
      endpoint.upstream().next().respondJson(status, error);
      Errors.check(status, "rate_limit", client.response());
    }
  }

  @Test
  default void whatBreaks_isToldAsForChats() {
    Endpoint endpoint = impatient();
    try (RawClient client = RawClient.connect(endpoint.url())) {
      client.post("/v1/embeddings", "{}");
      endpoint.upstream().next().cut();
      Errors.check(502, "upstream_broken", client.response());
    }
    try (RawClient client = RawClient.connect(endpoint.url())) {
      client.post("/v1/embeddings", "{}");
      Call late = endpoint.upstream().next();
      Errors.check(504, "upstream_timeout", client.response());
      late.awaitClosedByPeer(Duration.ofSeconds(10));
    }
    try (RawClient client = RawClient.connect(endpoint.url())) {
      client.post("/v1/embeddings", "{}");
      endpoint.upstream().next().respond(302, "text/plain", new byte[0], "Location", "/x");
      Errors.check(502, "upstream_invalid_response", client.response());
    }
    try (RawClient client = RawClient.connect(endpoint.url())) {
      client.post("/v1/completions", "{}");
      Call silent = endpoint.upstream().next();
      silent.beginSse();
      silent.chunk("data: half");
      RawResponse response = client.response();
      assertEquals("half", response.data());
      assertEquals(
          "upstream_timeout", Errors.check(Json.read(response.data())).path("code").asText());
      assertNull(response.data());
      silent.awaitClosedByPeer(Duration.ofSeconds(10));
    }
    endpoint.upstream().down();
    try (RawClient client = RawClient.connect(endpoint.url())) {
      client.post("/v1/embeddings", "{}");
      Errors.check(502, "upstream_unreachable", client.response());
    } finally {
      endpoint.upstream().up();
    }
  }

  /** Also by Open WebUI, whose streams are not cut, and on servers that cut none. */
  @ParameterizedTest
  @ValueSource(strings = {"X-Trace", "X-OpenWebUI-User-Id"})
  default void replyThatBreaksOff_isNotTakenForAWholeOne(String header) {
    Endpoint endpoint = usual();
    try (RawClient client = RawClient.connect(endpoint.url())) {
      client.post("/v1/audio/speech", "{}", header, "7");
      Call call = endpoint.upstream().next();
      call.raw("HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nContent-Length: 1000\r\n\r\nabc");
      RawResponse response = client.response();
      assertEquals(200, response.status());
      assertEquals("1000", response.header("Content-Length"));
      call.cut();
      response.rest();
      assertTrue(response.isCut());
    }
  }

  @Test
  default void replyWithoutABody_hasNone_whateverItsHeadSays() {
    Endpoint endpoint = usual();
    try (RawClient client = RawClient.connect(endpoint.url())) {
      for (int i = 0; i < 2; i++) {
        client.post("/v1/moderations", "{}");
        endpoint.upstream().next().raw("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n");
        RawResponse response = client.response();
        assertEquals(204, response.status());
        assertEquals("", response.restText());
      }
    }
  }

  @Test
  default void callerWhoLeaves_endsTheUpstreamsReply() {
    Endpoint endpoint = usual();
    RawClient client = RawClient.connect(endpoint.url());
    client.post("/v1/audio/speech", "{}");
    Call call = endpoint.upstream().next();
    Flood flood = Flood.into(call);
    assertEquals(200, client.response().status());
    client.leave();
    call.awaitClosedByPeer(CallerCases.NOTICED);
    flood.awaitEnd(CallerCases.NOTICED);
  }

  @Test
  default void bodyOverTheLimit_413() {
    Endpoint endpoint = usual();
    Errors.check(
        413,
        "request_too_large",
        RawClient.exchange(
            endpoint.url(), "POST", "/v1/audio/transcriptions", bytes((1 << 20) + 1)));
    assertNull(endpoint.upstream().poll(Duration.ofMillis(10)));
  }

  @ParameterizedTest
  @CsvSource({
    "404, POST, /v1/load_lora_adapter",
    "404, POST, /v1/files",
    "404, POST, /v1/embeddings/x",
    "404, POST, /v1/audio",
    "404, POST, /v1/audio/",
    "404, POST, /v1/audio/a.b",
    "404, POST, /embeddings",
    "404, POST, /v1/chat/completions/x",
    "404, POST, /v1/completions/x",
    "405, PUT, /v1/embeddings",
    "405, DELETE, /v1/audio/speech",
  })
  default void nothingElsePasses(int status, String method, String path) {
    Endpoint endpoint = usual();
    // Some servers refuse a DELETE that has a body themselves.
    byte[] body = method.equals("DELETE") ? new byte[0] : JSON;
    Errors.check(status, RawClient.exchange(endpoint.url(), method, path, body));
    assertNull(endpoint.upstream().poll(Duration.ofMillis(10)));
  }

  @Test
  default void demo_hasNoneOfIt_andSaysWhy() {
    RawResponse response =
        RawClient.exchange(servers().endpoint(Group.DEMO).url(), "POST", "/v1/embeddings", JSON);
    String message = Errors.check(404, response).path("message").asText();
    assertTrue(message.contains("/embeddings") && message.contains("upstream"), message);
  }

  @Test
  default void withoutAKey_nothingPasses() {
    Endpoint endpoint = servers().endpoint(Group.OWNERS);
    for (String path : List.of("/v1/embeddings", "/v1/audio/speech", "/v1//embeddings")) {
      int status = RawClient.exchange(endpoint.url(), "POST", path, JSON).status();
      assertNotEquals(200, status);
      if (!path.contains("//")) {
        assertEquals(401, status, path);
      }
    }
    assertNull(endpoint.upstream().poll(Duration.ofMillis(10)));
  }
}
