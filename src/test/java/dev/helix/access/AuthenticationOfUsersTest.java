package dev.helix.access;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.helix.filter.RawHttp;
import dev.helix.filter.TestServer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuthenticationOfUsersTest extends AuthenticationCases {
  @Test
  void token_namesTheUser_andWinsOverWhatAnybodyCanSay() throws Exception {
    try (TestServer server = server(settings(true, true, true), "container")) {
      assertOwner("acme|ann", server.send(chat("key-acme").header(JWT, token("ann"))));
      assertOwner(
          "acme|ann",
          server.send(chat("key-acme").header(JWT, token("ann")).header(USER_ID, "bob")));
      assertOwner("robot|ann", server.send(chat("key-robot").header(JWT, token("ann"))));
    }
  }

  @Test
  void badToken_isRefused_onEveryRequest_alsoOfAService() throws Exception {
    String expired = token("ann");
    clock.move(Duration.ofSeconds(331));
    String good = token("ann");
    try (TestServer server = server(settings(true, true, true))) {
      for (String key : List.of("key-acme", "key-robot")) {
        clock.move(Duration.ofSeconds(61)); // Else the answers would be late ones.
        for (String bad : List.of(expired, "x", "Bearer " + good, good + "x")) {
          assertRefused(401, "invalid_user_token", server.send(chat(key).header(JWT, bad)));
          assertRefused(
              401,
              "invalid_user_token",
              server.send(
                  RawHttp.get("/v1/models")
                      .header("Authorization", "Bearer " + key)
                      .header(JWT, bad)));
        }
        assertRefused(
            401, "invalid_user_token", server.send(chat(key).header(JWT, good).header(JWT, good)));
      }
      assertRefused(401, "invalid_api_key", server.send(chat("wrong").header(JWT, "x")));
    }
  }

  @Test
  void missingToken_isRefusedOnAChatRequest_butNotOfAService() throws Exception {
    try (TestServer server = server(settings(true, true, false))) {
      assertRefused(401, "user_token_required", server.send(chat("key-acme")));
      assertRefused(401, "user_token_required", server.send(chat("key-acme").header(JWT, " ")));
      assertRefused(
          401, "user_token_required", server.send(chat("key-acme").header(USER_ID, "ann")));
      assertOwner("robot|null", server.send(chat("key-robot")));
      assertOwner(
          "acme|null",
          server.send(RawHttp.get("/v1/models").header("Authorization", "Bearer key-acme")));
    }
    try (TestServer server = server(settings(false, true, false), "container")) {
      assertRefused(401, "user_token_required", server.send(chat()));
      assertOwner("container|ann", server.send(chat().header(JWT, token("ann"))));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET,     /v1/models",
    "GET,     /v1/models/",
    "GET,     /v1/models/llama3.2",
    "GET,     /v1/models/org/llama%203.2",
    "HEAD,    /v1/models/llama3.2"
  })
  void modelsAreNobodys_theKeyIsEnough(String method, String path) throws Exception {
    try (TestServer server = server(settings(true, true, false))) {
      RawHttp.Request request = RawHttp.line(method + " " + path + " HTTP/1.1");
      assertEquals(
          "acme|null",
          server.send(request.header("Authorization", "Bearer key-acme")).header("Owner"));
      assertEquals(401, server.send(RawHttp.line(method + " " + path + " HTTP/1.1")).status());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET,     /v1/conversations",
    "GET,     /v1/conversations/c-1",
    "HEAD,    /v1/conversations/c-1",
    "OPTIONS, /v1/conversations/c-1",
    "GET,     /v1/chat/completions",
    "GET,     /v1/modelsfoo",
    "GET,     /v1/models/../conversations",
    "GET,     /v1/models;a=b/../conversations",
    "GET,     /v1/conversations/../conversations/v1/models",
    "GET,     /v1/conversations?/v1/models",
    "GET,     /v1/conversations;/v1/models",
    "DELETE,  /v1/models/llama3.2",
    "OPTIONS, /v1/models",
    "POST,    /v1/models"
  })
  void anythingElseIsAUsers_alsoWhereItOnlyReads(String method, String path) throws Exception {
    try (TestServer server = server(settings(true, true, false))) {
      RawHttp.Request without = RawHttp.line(method + " " + path + " HTTP/1.1");
      RawHttp.Response refused = server.send(without.header("Authorization", "Bearer key-acme"));
      assertEquals(401, refused.status());
      assertNull(refused.header("Owner"));
      RawHttp.Request with = RawHttp.line(method + " " + path + " HTTP/1.1");
      assertEquals(
          "acme|ann",
          server
              .send(with.header("Authorization", "Bearer key-acme").header(JWT, token("ann")))
              .header("Owner"));
    }
  }

  @Test
  void tokenWithoutASecret_isNotLookedAt() throws Exception {
    try (TestServer server = server(settings(true, false, false))) {
      assertOwner("acme|null", server.send(chat("key-acme").header(JWT, "x")));
    }
  }

  @Test
  void userHeader_isBelievedOnlyIfTheOperatorSaysSo() throws Exception {
    String utf8 = new String("Jürgen ☃".getBytes(UTF_8), ISO_8859_1);
    try (TestServer trusting = server(settings(true, false, true));
        TestServer wary = server(settings(true, false, false))) {
      assertOwner("acme|ann", trusting.send(chat("key-acme").header(USER_ID, " ann ")));
      assertOwner("acme|Jürgen ☃", trusting.send(chat("key-acme").header(USER_ID, utf8)));
      assertOwner("acme|null", trusting.send(chat("key-acme").header(USER_ID, "")));
      assertOwner("acme|null", trusting.send(chat("key-acme")));
      assertOwner("acme|null", wary.send(chat("key-acme").header(USER_ID, "ann")));
      assertOwner(
          "acme|null", wary.send(chat("key-acme").header(USER_ID, "ann").header(USER_ID, "bob")));
    }
  }

  @Test
  void userHeaderThatMakesNoSense_isRefused_whereItIsTrusted() throws Exception {
    try (TestServer server = server(settings(true, false, true))) {
      assertRefused(
          400,
          "invalid_user_id",
          server.send(chat("key-acme").header(USER_ID, "ann").header(USER_ID, "ann")));
      assertRefused(
          400, "invalid_user_id", server.send(chat("key-acme").header(USER_ID, "x".repeat(513))));
      assertRefused(
          400, "invalid_user_id", server.send(chat("key-acme").header(USER_ID, "a\u0085b")));
      for (String nobody : new String[] {"{{USER_ID}}", "undefined", "None"}) {
        assertRefused(
            400, "invalid_user_id", server.send(chat("key-acme").header(USER_ID, nobody)));
      }
      assertOwner(
          "acme|" + "x".repeat(512),
          server.send(chat("key-acme").header(USER_ID, "x".repeat(512))));
    }
  }
}
