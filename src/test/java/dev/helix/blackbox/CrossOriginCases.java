package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pages of other origins, before a server that asks for keys. */
@Check("ids, headers, models")
interface CrossOriginCases extends Fixture {
  String ORIGIN = "https://chat.example.com";

  private Endpoint pages() {
    return servers().endpoint(Group.OWNERS);
  }

  private static void mayBeRead(RawResponse response) {
    assertEquals(ORIGIN, response.header("Access-Control-Allow-Origin"), response::text);
    assertEquals("Origin", response.header("Vary"));
    String exposed = response.header("Access-Control-Expose-Headers");
    assertTrue(exposed.contains("X-Session-ID, X-Conversation-ID"), exposed);
  }

  @Test
  default void preflight_needsNoKey() {
    for (String path : List.of(Endpoint.CHAT, "/v1/models", "/chat/completions", "/nowhere")) {
      RawResponse response =
          RawClient.exchange(
              pages().url(),
              "OPTIONS",
              path,
              new byte[0],
              "Origin",
              ORIGIN,
              "Access-Control-Request-Method",
              "POST",
              "Access-Control-Request-Headers",
              "authorization,x-conversation-id,x-stainless-os");
      assertEquals(204, response.status(), response::text);
      assertEquals(ORIGIN, response.header("Access-Control-Allow-Origin"));
      assertEquals(
          "authorization, x-conversation-id, x-stainless-os",
          response.header("Access-Control-Allow-Headers"));
    }
  }

  @Test
  default void answersAndErrors_mayBeRead() {
    Endpoint endpoint = pages();
    byte[] body =
        "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"
            .getBytes(StandardCharsets.UTF_8);
    String[] headers = {
      "Origin",
      ORIGIN,
      "Authorization",
      OwnerCases.ROBOT,
      "Content-Type",
      "application/json",
      "X-Conversation-ID",
      Endpoint.freshId()
    };
    try (RawClient client = RawClient.connect(endpoint.url())) {
      client.request("POST", Endpoint.CHAT, body, headers);
      Call call = endpoint.upstream().next();
      call.beginSse();
      Completions.chunks("Hello").forEach(call::sse);
      call.end();
      RawResponse response = client.response();
      response.rest();
      mayBeRead(response);
      assertTrue(response.header("X-Session-ID").startsWith("conv-"));
    }
    RawResponse noKey =
        RawClient.exchange(endpoint.url(), "POST", Endpoint.CHAT, body, "Origin", ORIGIN);
    Errors.check(401, noKey);
    mayBeRead(noKey);
    RawResponse nowhere = RawClient.get(endpoint.url(), "/nowhere", headers);
    Errors.check(404, nowhere);
    mayBeRead(nowhere);
    RawResponse notAllowed = RawClient.get(endpoint.url(), Endpoint.CHAT, headers);
    Errors.check(405, notAllowed);
    mayBeRead(notAllowed);
    try (RawClient client = RawClient.connect(endpoint.url())) {
      String path = endpoint.url().getPath().replaceFirst("/$", "") + Endpoint.CHAT;
      String head =
          String.join(
              "\r\n",
              "POST %s HTTP/1.1",
              "Host: localhost",
              "Origin: %s",
              "Authorization: %s",
              "Content-Type: application/json",
              "Content-Length: 5000000",
              "Expect: 100-continue",
              "",
              "");
      client.send(
          head.formatted(path, ORIGIN, OwnerCases.ROBOT).getBytes(StandardCharsets.ISO_8859_1));
      RawResponse tooLarge = client.response();
      Errors.check(413, tooLarge);
      mayBeRead(tooLarge);
    }
  }

  @Test
  default void otherOrigins_getNoHeaders_andWhatTheyGetElse() {
    Endpoint endpoint = pages();
    for (String origin : List.of("https://evil.example", "null", ORIGIN + ".evil.example")) {
      RawResponse preflight =
          RawClient.exchange(
              endpoint.url(),
              "OPTIONS",
              Endpoint.CHAT,
              new byte[0],
              "Origin",
              origin,
              "Access-Control-Request-Method",
              "POST");
      Errors.check(401, preflight);
      assertNull(preflight.header("Access-Control-Allow-Origin"));
      assertEquals("Origin", preflight.header("Vary"));
    }
    assertNull(endpoint.upstream().poll(Duration.ofMillis(10)));
  }

  @Test
  default void whereNoOriginIsNamed_pagesAreRefused_andNothingIsAdded() {
    RawResponse response = RawClient.get(usual().url(), "/nowhere", "Origin", ORIGIN);
    Errors.check(403, response);
    assertNull(response.header("Access-Control-Allow-Origin"));
    assertNull(response.header("Vary"));
  }
}
