package dev.helix.blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Header;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Reply;
import dev.helix.scripted.Request;
import dev.helix.scripted.UserToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Callers who must say who they are, and whose conversations are theirs alone. */
@Check("keys, users, owners")
interface OwnerCases extends Fixture {
  String SECRET = "a secret that is long enough for HS256";
  String TOKEN = "X-OpenWebUI-User-Jwt";
  String ACME = "Bearer key-of-acme";
  String OTHER = "Bearer key-of-other";
  String ROBOT = "Bearer key-of-robot";

  /** The file of the keys above. */
  static Path keysFile(Path folder) {
    String lines =
        "# who may call\nacme:%s\nother:%s\n\nrobot:%s:service\n"
            .formatted(sha256("key-of-acme"), sha256("key-of-other"), sha256("key-of-robot"));
    try {
      Files.createDirectories(folder);
      return Files.writeString(folder.resolve("keys"), lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String sha256(String key) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private Endpoint owners() {
    return servers().endpoint(Group.OWNERS);
  }

  private static String token(String user) {
    return UserToken.of(user, SECRET, Instant.now());
  }

  private static Talk talk(Endpoint endpoint, String key, String user, String id, String... more) {
    String[] headers = new String[6 + more.length];
    List.of("Authorization", key, TOKEN, token(user), "X-Conversation-ID", id).toArray(headers);
    System.arraycopy(more, 0, headers, 6, more.length);
    return endpoint.talkWith(headers);
  }

  /** One turn; gives the session's name. */
  private static String say(Talk talk, String question) {
    RawResponse response = talk.whole(question, "Answer to " + question);
    return response.header("X-Session-ID");
  }

  @Test
  default void ownersWithTheSameConversationId_neverMeet_andFindTheirOwnAfterARestart() {
    Endpoint endpoint = owners();
    String id = Endpoint.freshId();
    String[][] owners = {{ACME, "ann"}, {ACME, "bob"}, {OTHER, "ann"}};
    String[] sessions = new String[owners.length];
    for (int i = 0; i < owners.length; i++) {
      sessions[i] = say(talk(endpoint, owners[i][0], owners[i][1], id), "Question " + i);
      assertTrue(sessions[i].matches("conv-" + id + "-[0-9a-f]{16}"), sessions[i]);
    }
    assertEquals(owners.length, Set.of(sessions).size());
    endpoint.restart();
    for (int i = 0; i < owners.length; i++) {
      Talk again =
          talk(endpoint, owners[i][0], owners[i][1], id, "X-Conversation-History", "stored");
      Request asked = again.streamed("And now?", "Fine");
      assertEquals(3, asked.json().path("messages").size());
      assertEquals("Question " + i, asked.json().at("/messages/0/content").asText());
      StoredSession stored = endpoint.stored(sessions[i]);
      assertEquals(4, stored.said().size(), stored.said()::toString);
      JsonNode owner = stored.status().path("owner");
      assertEquals(owners[i][0].equals(ACME) ? "acme" : "other", owner.path("tenant").asText());
      assertEquals(owners[i][1], owner.path("user").asText());
    }
    assertFalse(endpoint.stored("conv-" + id).exists());
  }

  @Test
  default void nameOfAnothersSession_asAConversationId_opensNothing() {
    Endpoint endpoint = owners();
    String anns = say(talk(endpoint, ACME, "ann", Endpoint.freshId()), "Mine");
    String raw = anns.substring("conv-".length());
    Talk bob = talk(endpoint, ACME, "bob", raw, "X-Conversation-History", "stored");
    Request asked = bob.streamed("What did she say?", "No idea");
    assertEquals(1, asked.json().path("messages").size());
    assertEquals(2, endpoint.stored(anns).said().size());
  }

  @Test
  default void channel_isSharedWithinATenant_andNoFurther() {
    Endpoint endpoint = owners();
    String id = "channel:" + Endpoint.freshId();
    String session = say(talk(endpoint, ACME, "ann", id), "Hello all");
    Talk bob = talk(endpoint, ACME, "bob", id, "X-Conversation-History", "stored");
    assertEquals(3, bob.streamed("Hello Ann", "Hi").json().path("messages").size());
    assertEquals(4, endpoint.stored(session).said().size());
    JsonNode owner = endpoint.stored(session).status().path("owner");
    assertEquals("acme", owner.path("tenant").asText());
    assertTrue(owner.path("user").isNull(), owner::toString);
    assertNotEquals(session, say(talk(endpoint, OTHER, "ann", id), "Anybody here?"));
  }

  @Test
  default void sameFirstMessageOfTwoOwners_isTwoSessions() {
    Endpoint endpoint = owners();
    String question = "Tell me " + Endpoint.freshId();
    String ann = say(endpoint.talkWith("Authorization", ACME, TOKEN, token("ann")), question);
    String bob = say(endpoint.talkWith("Authorization", ACME, TOKEN, token("bob")), question);
    assertNotEquals(ann, bob);
    assertEquals(2, endpoint.stored(bob).said().size());
  }

  @Test
  default void whoHasNoValidKey_getsOpenAisError_andReachesNothing() {
    Endpoint endpoint = owners();
    Set<String> before = endpoint.sessionFolders();
    String body = Json.object().put("model", "m").toString();
    String[][] callers = {
      {},
      {"Authorization", "Bearer wrong"},
      {"Authorization", "Bearer " + sha256("key-of-acme")},
      {"Authorization", "Basic a2V5"},
      {"Authorization", ACME, "Authorization", ACME},
      {"X-Conversation-ID", "a", TOKEN, token("ann")},
    };
    // All at once, as who guesses waits for each answer.
    List<RawClient> clients = new ArrayList<>();
    try {
      for (String[] headers : callers) {
        for (String path : List.of(Endpoint.CHAT, "/v1/models", "/v1/models/m", "/v1/nothing")) {
          RawClient client = RawClient.connect(endpoint.url());
          clients.add(client);
          if (path.equals(Endpoint.CHAT)) {
            client.post(path, body, headers);
          } else {
            client.request("GET", path, new byte[0], headers);
          }
        }
      }
      for (RawClient client : clients) {
        RawResponse response = client.response();
        response.rest();
        Errors.check(401, "invalid_api_key", response);
        assertEquals("Bearer", response.header("WWW-Authenticate"));
        assertNull(response.header("X-Session-ID"));
      }
    } finally {
      clients.forEach(RawClient::close);
    }
    assertNull(endpoint.upstream().poll(Duration.ZERO));
    assertEquals(before, endpoint.sessionFolders());
  }

  @Test
  default void badOrMissingToken_isRefused() {
    Endpoint endpoint = owners();
    String body = Json.object().put("model", "m").toString();
    Instant now = Instant.now();
    String none = UserToken.unsigned("none", UserToken.claims("ann", now)) + ".";
    for (String bad :
        List.of(
            "x",
            none,
            UserToken.of("ann", SECRET + "!", now),
            UserToken.of("ann", SECRET, now.minusSeconds(1000)))) {
      RawResponse chat = endpoint.post(body, "Authorization", ACME, TOKEN, bad);
      Errors.check(401, "invalid_user_token", chat);
      assertEquals("Bearer", chat.header("WWW-Authenticate"));
      Errors.check(
          401,
          "invalid_user_token",
          RawClient.get(endpoint.url(), "/v1/models", "Authorization", ROBOT, TOKEN, bad));
    }
    Errors.check(401, "user_token_required", endpoint.post(body, "Authorization", ACME));
    Errors.check(
        401,
        "user_token_required",
        endpoint.post(body, "Authorization", ACME, TOKEN, "", "X-OpenWebUI-User-Id", "ann"));
    assertNull(endpoint.upstream().poll(Duration.ZERO));
  }

  @Test
  default void serviceKey_needsNoToken_andSpeaksForItsTenant() {
    Endpoint endpoint = owners();
    String id = Endpoint.freshId();
    Talk talk = endpoint.talkWith("Authorization", ROBOT, "X-Conversation-ID", id);
    JsonNode owner = endpoint.stored(say(talk, "Beep")).status().path("owner");
    assertEquals("robot", owner.path("tenant").asText());
    assertTrue(owner.path("user").isNull());
  }

  @Test
  default void models_needAKey_butNoUser() {
    Endpoint endpoint = owners();
    endpoint.upstream().answerAlways(request -> Reply.json(200, Completions.models("m")));
    RawResponse models = RawClient.get(endpoint.url(), "/v1/models", "Authorization", ACME);
    assertEquals(200, models.status(), models::text);
  }

  @Test
  default void callersKeyAndToken_stayHere() {
    Endpoint endpoint = owners();
    String token = token("ann");
    Talk talk =
        endpoint.talkWith(
            "Authorization", ACME, TOKEN, token, "X-Conversation-ID", Endpoint.freshId());
    Request request = talk.streamed("Hi", "Hello");
    for (Header header : request.headers()) {
      assertFalse(header.value().contains("key-of-acme"), header::toString);
      assertFalse(header.value().contains(token), header::toString);
    }
    assertFalse(endpoint.log().contains("key-of-acme"));
    assertFalse(endpoint.log().contains(sha256("key-of-acme")));
    assertFalse(endpoint.log().contains(token));
    assertFalse(endpoint.log().contains(SECRET));
  }

  @Test
  default void whereKeysAreAskedFor_otherHostsAreServed_andOnlyV1IsBehindThem() {
    Endpoint endpoint = owners();
    endpoint.upstream().answerAlways(request -> Reply.json(200, Completions.models("m")));
    String line =
        "GET " + endpoint.url().getPath() + "/v1/models HTTP/1.1\r\nHost: example.org\r\n";
    try (RawClient client = RawClient.connect(endpoint.url())) {
      client.send((line + "Authorization: " + ACME + "\r\n\r\n").getBytes(UTF_8));
      assertEquals(200, client.response().status());
    }
    try (RawClient client = RawClient.connect(endpoint.url())) {
      client.send((line + "\r\n").getBytes(UTF_8));
      Errors.check(401, "invalid_api_key", client.response());
    }
    RawResponse other = RawClient.get(endpoint.url(), "/nothing", "X-Conversation-ID", "a");
    Errors.check(404, other);
    assertNull(other.header("X-Session-ID"));
  }
}
