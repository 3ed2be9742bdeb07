package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Reply;
import dev.helix.scripted.UserToken;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Other paths of the endpoints: they do the same, and none is a way past a filter. */
@Check("ids, headers, models")
interface AliasCases extends Fixture {
  byte[] QUESTION =
      "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"
          .getBytes(StandardCharsets.UTF_8);

  /** Whether such a path is served at all; some servers refuse what has two slashes. */
  private boolean isServed(String path) {
    return joinsSlashes() || !path.contains("//");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/chat/completions",
        "/v1/chat/completions/",
        "/chat/completions",
        "/chat/completions/",
        "/v1//chat/completions",
        "//v1/chat/completions",
        "/v1/chat//completions",
        "/v1/chat/completions//",
        "//chat/completions",
        "/chat//completions//",
      })
  default void chat_asksForAKey_andIsRecordedForItsOwner(String path) {
    Endpoint endpoint = servers().endpoint(Group.OWNERS);
    String[] none = {"Content-Type", "application/json", "X-Conversation-ID", "a"};
    RawResponse refused = RawClient.exchange(endpoint.url(), "POST", path, QUESTION, none);
    assertNull(refused.header("X-Session-ID"));
    assertNull(endpoint.upstream().poll(Duration.ofMillis(10)));
    if (!isServed(path)) {
      assertTrue(List.of(400, 401, 404).contains(refused.status()), refused::text);
      return;
    }
    Errors.check(401, "invalid_api_key", refused);
    Errors.check(
        401,
        "user_token_required",
        RawClient.exchange(
            endpoint.url(),
            "POST",
            path,
            QUESTION,
            "Content-Type",
            "application/json",
            "Authorization",
            OwnerCases.ACME));

    String id = Endpoint.freshId();
    try (RawClient client = RawClient.connect(endpoint.url())) {
      client.request(
          "POST",
          path,
          QUESTION,
          "Content-Type",
          "application/json",
          "Authorization",
          OwnerCases.ACME,
          OwnerCases.TOKEN,
          UserToken.of("ann", OwnerCases.SECRET, Instant.now()),
          "X-Conversation-ID",
          id);
      Call call = endpoint.upstream().next();
      assertEquals("/v1/chat/completions", call.request().path());
      call.respondJson(200, Completions.completion("Hello"));
      RawResponse response = client.response();
      response.rest();
      assertEquals(200, response.status(), response::text);
      assertEquals(id, response.header("X-Conversation-ID"));
      String session = response.header("X-Session-ID");
      assertTrue(session.matches("conv-" + id + "-[0-9a-f]{16}"), session);
      assertEquals(List.of("user:Hi", "assistant:Hello"), endpoint.stored(session).said());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/models, ",
    "/v1/models/, ",
    "/models, ",
    "/models/, ",
    "//v1/models, ",
    "/v1//models//, ",
    "/v1/models/m, m",
    "/v1/models/m/, m",
    "/models/m, m",
    "/v1/models//m, m",
    "/v1/models/meta/llama-3, meta/llama-3",
    "/models/meta/llama-3, meta/llama-3",
    "/v1/models/meta%2Fllama-3, meta/llama-3",
    "/models/meta%2fllama-3, meta/llama-3",
  })
  default void models_askForAKey_andAreFoundByTheirNames(String path, String id) {
    Endpoint endpoint = servers().endpoint(Group.OWNERS);
    endpoint
        .upstream()
        .answerAlways(request -> Reply.json(200, Completions.models("m", "meta/llama-3")));
    RawResponse refused = RawClient.get(endpoint.url(), path);
    RawResponse known = RawClient.get(endpoint.url(), path, "Authorization", OwnerCases.ACME);
    boolean encoded = path.contains("%");
    if (!isServed(path) || (encoded && !takesEncodedSlashes())) {
      assertTrue(List.of(400, 401, 404).contains(refused.status()), refused::text);
      assertTrue(List.of(200, 400, 401, 404).contains(known.status()), known::text);
      return;
    }
    Errors.check(401, "invalid_api_key", refused);
    assertEquals(200, known.status(), known::text);
    if (id == null) {
      assertEquals(2, known.json().path("data").size());
    } else {
      assertEquals(id, known.json().path("id").asText());
    }
  }

  /** Paths that look like an endpoint's after some decoding are none. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1%2Fchat/completions",
        "/v1/chat%2Fcompletions",
        "/v1/chat/completions%2F",
        "/%2Fv1/chat/completions",
        "/v1/models/..%2Fchat/completions",
        "/v1/models/x%2F../../chat/completions",
        "/v1/models/%2e%2e%2Fchat/completions",
        "/v1/models/x%2F..%2F..%2Fchat/completions",
        "/models%2F..%2Fchat/completions",
        "/x/models/%2F/v1%2Fchat/completions",
        "/v1/models/%2e%2e/chat/completions",
        "/v1/audio/../chat/completions",
        "/v1/audio/%252e%252e/chat/completions",
        "/x/../v1/chat/completions",
        "/v1;x=/chat/completions",
        "/v1/chat;/completions",
        "/V1/chat/completions",
        "/v1/v1/chat/completions",
        "/v1/chat/completions/x",
        "/chat/completions;x/",
      })
  default void noOtherPath_isAWayPastAFilter(String path) {
    Endpoint endpoint = servers().endpoint(Group.OWNERS);
    RawResponse response =
        RawClient.exchange(
            endpoint.url(),
            "POST",
            path,
            QUESTION,
            "Content-Type",
            "application/json",
            "X-Conversation-ID",
            "a");
    assertTrue(List.of(400, 401, 404, 405).contains(response.status()), response::text);
    assertNull(response.header("X-Session-ID"));
    assertNull(endpoint.upstream().poll(Duration.ofMillis(10)));
  }
}
