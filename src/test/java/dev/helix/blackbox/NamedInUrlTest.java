package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Reply;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Base URLs that name a conversation, and which way of naming one is the strongest. */
class NamedInUrlTest {
  private static final String CHAT =
      "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hallo\"}]}";

  @TempDir Path folder;
  private WholeApplication application;

  private void start(Map<String, String> settings) throws Exception {
    application = new WholeApplication(folder.resolve("sessions"), settings);
    application
        .upstream()
        .answerAlways(
            request ->
                request.method().equals("GET")
                    ? Reply.json(200, Completions.models("m"))
                    : Reply.json(200, Completions.completion("Hello")));
  }

  @AfterEach
  void stop() throws Exception {
    application.close();
  }

  private RawResponse post(String path, String body, String... namesAndValues) {
    try (RawClient client = RawClient.connect(application.url())) {
      client.post(path, body, namesAndValues);
      RawResponse response = client.response();
      response.rest();
      return response;
    }
  }

  @Test
  void turnsOfABaseUrl_areOneConversation() throws Exception {
    start(Map.of());
    RawResponse first = post("/c/trip/v1/chat/completions", CHAT);
    assertEquals(200, first.status(), first::text);
    assertEquals("conv-trip", first.header("X-Session-ID"));
    assertEquals("trip", first.header("X-Conversation-ID"));

    application.upstream().answerAlways(request -> null);
    try (RawClient client = RawClient.connect(application.url())) {
      client.post(
          "/c/trip/v1/chat/completions",
          CHAT.replace("Hallo", "And?").replace("\"model\"", "\"stream\":true,\"model\""),
          "X-Conversation-History",
          "stored");
      Call call = application.upstream().next();
      assertEquals("/v1/chat/completions", call.request().path());
      assertEquals(3, call.request().json().path("messages").size());
      call.beginSse();
      Completions.chunks("Yes").forEach(call::sse);
      call.end();
      RawResponse response = client.response();
      response.rest();
      assertTrue(response.text().endsWith("data: [DONE]\n\n"), response::text);
    }
  }

  @Test
  void otherPathsBelowIt_areThoseOfV1() throws Exception {
    start(Map.of());
    RawResponse models = RawClient.get(application.url(), "/c/trip/v1/models");
    assertEquals("m", models.json().at("/data/0/id").asText());
    assertEquals(405, RawClient.get(application.url(), "/c/trip/v1/chat/completions").status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/c",
        "/c/",
        "/c/trip",
        "/c/trip/v1",
        "/c/trip/v1/",
        "/c/v1/chat/completions",
        "/c/trip/health/live",
        "/c/trip/v1/nothing",
        "/c/trip/c/trip/v1/models",
        "/c/trip/v1/%2e%2e/%2e%2e/WEB-INF/web.xml",
        "/c/trip/v2/models",
        "/c/a/b/v1/models",
        "/c/%20/v1/models"
      })
  void everythingElseBelowC_is404(String path) throws Exception {
    start(Map.of());
    RawResponse response = RawClient.get(application.url(), path);
    assertTrue(response.status() == 404 || response.status() == 400, response::text);
    assertTrue(!response.text().contains("web-app"), response::text);
  }

  @ParameterizedTest
  @CsvSource({
    "%7B%7BCHAT_ID%7D%7D,{{CHAT_ID}}",
    "undefined,undefined",
    "%3Cid%3E,<id>",
    "%7Bid%7D,{id}",
    "%24%7Bid%7D,${id}",
    "$CHAT_ID,$CHAT_ID",
    ":id,:id",
    "%7B%7BID%7D%7D%20,{{ID}}",
    "None,None"
  })
  void idThatNamesNothing_isRefused(String path, String id) throws Exception {
    start(Map.of());
    RawResponse response = post("/c/" + path + "/v1/chat/completions", CHAT);
    JsonNode error = response.json().path("error");
    assertEquals(400, response.status(), response::text);
    assertEquals("invalid_conversation_id", error.path("code").asText());
    assertEquals("path", error.path("param").asText());
    assertTrue(error.path("message").asText().contains("'" + id + "'"), response::text);
  }

  /** A container takes off what stands behind a semicolon: many ids would be one. */
  @ParameterizedTest
  @ValueSource(strings = {"trip;1", "trip;id=2", ";id=2", "trip;", "trip;jsessionid=1"})
  void idWithAPartThatContainersTakeOff_isRefused(String id) throws Exception {
    start(Map.of());
    RawResponse response = post("/c/" + id + "/v1/chat/completions", CHAT);
    assertTrue(response.status() == 400 || response.status() == 404, response::text);
    assertNull(response.header("X-Session-ID"));
  }

  @Test
  void semicolonThatIsEncoded_isAPartOfTheId() throws Exception {
    start(Map.of());
    RawResponse response = post("/c/trip%3B1/v1/chat/completions", CHAT);
    assertEquals(200, response.status(), response::text);
    assertEquals("trip;1", response.header("X-Conversation-ID"));
  }

  @Test
  void idInUtf8_isDecoded_andKeptRaw() throws Exception {
    start(Map.of());
    RawResponse response = post("/c/z%C3%BCrich%20trip/v1/chat/completions", CHAT);
    assertEquals(200, response.status(), response::text);
    assertEquals(
        new String("zürich trip".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1),
        response.header("X-Conversation-ID"));
  }

  @Test
  void headerThenFieldThenUrl_nameTheConversation_andOurMetadataGoesNoFurther() throws Exception {
    start(Map.of("helix.conversation.fields", "metadata.conversation_id, prompt_cache_key"));
    application.upstream().answerAlways(request -> null);
    String named =
        CHAT.replace(
            "{\"model\"",
            "{\"metadata\":{\"conversation_id\":\"field\",\"x\":\"1\"},\"prompt_cache_key\":\"key\",\"model\"");
    String key = CHAT.replace("{\"model\"", "{\"prompt_cache_key\":\"key\",\"model\"");
    String[][] rows = {
      {named, "header", "header", named},
      {named, null, "field", named.replace("\"conversation_id\":\"field\",", "")},
      {key, null, "key", key},
      {CHAT, null, "url", CHAT},
    };
    for (String[] row : rows) {
      try (RawClient client = RawClient.connect(application.url())) {
        String[] headers =
            row[1] == null ? new String[0] : new String[] {"X-Conversation-ID", row[1]};
        client.post("/c/url/v1/chat/completions", row[0], headers);
        Call call = application.upstream().next();
        assertEquals(row[3], new String(call.request().body(), StandardCharsets.UTF_8));
        call.respondJson(200, Completions.completion("Hello"));
        assertEquals("conv-" + row[2], client.response().header("X-Session-ID"));
      }
    }
  }

  @Test
  void keysAreAskedForAsEverywhere() throws Exception {
    Path keys = OwnerCases.keysFile(folder);
    start(Map.of("helix.api.keys.file", keys.toString()));
    for (String path :
        new String[] {
          "/c/trip/v1/chat/completions",
          "/c/trip/v1/chat/completions/",
          "/c/trip/v1/models",
          "/c/trip/v1/models/m",
          "/c/trip/v1/embeddings",
          "/c/trip/v1/audio/speech"
        }) {
      RawResponse refused = post(path, CHAT);
      assertEquals(401, refused.status(), refused::text);
      assertNull(refused.header("X-Session-ID"));
    }
    RawResponse owned = post("/c/trip/v1/chat/completions", CHAT, "Authorization", OwnerCases.ACME);
    assertEquals(200, owned.status(), owned::text);
    assertTrue(owned.header("X-Session-ID").matches("conv-trip-[0-9a-f]{16}"));
    assertEquals(
        owned.header("X-Session-ID"),
        post(
                "/v1/chat/completions",
                CHAT,
                "api-key",
                OwnerCases.ACME.substring("Bearer ".length()),
                "X-Conversation-ID",
                "trip")
            .header("X-Session-ID"));
  }
}
