package dev.helix.backend.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Table;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which of several upstreams is asked for a model, by which name, and with what. */
class RoutedUpstreamsTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String EMBEDDINGS = "/v1/embeddings";
  private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";

  @TempDir static Path folder;
  private static Site site;

  @BeforeAll
  static void start() throws Exception {
    site = Site.ofThree(folder);
  }

  @AfterAll
  static void stop() throws Exception {
    site.close();
  }

  @BeforeEach
  void forget() {
    site.asked.clear();
  }

  static Stream<Arguments> modelOfAnyForm_goesToWhoHasIt() {
    return Table.of(
        "llama3:8b → local → llama3:8b",
        "gpt-4o → cloud → gpt-4o",
        "shared → local → shared",
        "local/shared → local → shared",
        "cloud/shared → cloud → shared",
        "fixed/shared → fixed → shared",
        "tts-1 → fixed → tts-1",
        "fixed/tts-1 → fixed → tts-1",
        "meta-llama/Llama-3 → local → meta-llama/Llama-3",
        "local/meta-llama/Llama-3 → local → meta-llama/Llama-3",
        "local/odd → local → odd",
        "cloud/local/odd → cloud → local/odd",
        "local/not-listed → local → not-listed",
        "cloud/a/b → cloud → a/b",
        "cloud/gpt-\\u00e9\\\"4\\\" → cloud → gpt-é\"4\"",
        "cloud/ x → cloud →  x");
  }

  @ParameterizedTest
  @MethodSource
  void modelOfAnyForm_goesToWhoHasIt(String asked, String upstream, String model) {
    for (String path : List.of(CHAT, EMBEDDINGS)) {
      site.asked.clear();
      String before = "{ \"temperature\" : 1.10,\"model\" : ";
      String after = " , " + MESSAGES + ", \"seed\":1e400 }";
      RawResponse response = site.post(path, before + "\"" + asked + "\"" + after);
      assertEquals(200, response.status(), response::text);
      assertTrue(response.text().contains("I am " + upstream), response.text());
      Site.Asked sent = site.onlyOne();
      assertEquals(upstream, sent.upstream());
      String body = sent.body();
      assertTrue(body.startsWith(before) && body.endsWith(after), body);
      String name = body.substring(before.length(), body.length() - after.length());
      assertEquals(model, Json.read(name.getBytes(StandardCharsets.UTF_8)).textValue());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nobody",
        "nobody/gpt-4o",
        "fixed/other",
        "cloud",
        "cloud/",
        "/gpt-4o",
        "Cloud/gpt-4o",
        "GPT-4o",
        "llama3",
        " gpt-4o"
      })
  void modelThatNobodyHas_isNotFound_andNobodyIsAsked(String model) {
    String json = "{\"model\":\"" + model + "\"," + MESSAGES + "}";
    for (String path : List.of(CHAT, EMBEDDINGS)) {
      RawResponse response = site.post(path, json);
      Site.error(response, 404, "model_not_found");
      JsonNode error = response.json().path("error");
      assertEquals("invalid_request_error", error.path("type").asText());
      assertEquals("model", error.path("param").asText());
      assertTrue(error.path("message").asText().contains("'" + model + "'"), response.text());
      String why =
          model.startsWith("fixed/") ? "helix.upstream.fixed.models" : "local, cloud, fixed";
      assertTrue(error.path("message").asText().contains(why), response.text());
    }
    assertEquals(List.of(), site.asked);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\"model\":null,", "\"model\":\"\","})
  void chatWithoutAModel_getsTheFirstOfAll(String model) {
    assertEquals(200, site.post(CHAT, "{" + model + MESSAGES + "}").status());
    Site.Asked sent = site.onlyOne();
    assertEquals("local", sent.upstream());
    assertEquals("llama3:8b", sent.request().json().path("model").asText());
  }

  @Test
  void whatNamesNoModelElsewhere_goesToTheFirst_asItCame() {
    for (String body : List.of("{\"input\":\"x\"}", "{\"model\":null,\"input\":\"x\"}", "{}")) {
      site.asked.clear();
      assertEquals(200, site.post("/v1/moderations", body).status());
      assertEquals("local", site.onlyOne().upstream());
      assertEquals(body, site.onlyOne().body());
    }
    site.asked.clear();
    assertEquals(200, site.post("/v1/audio/speech", "audio/wav", new byte[] {1, 0, 2}).status());
    assertEquals("local", site.onlyOne().upstream());
    site.asked.clear();
    assertEquals(200, site.get("/v1/audio/voices?a=b").status());
    assertEquals("local GET /v1/audio/voices?a=b", said(site.onlyOne()));
  }

  private static String said(Site.Asked asked) {
    return asked.upstream() + " " + asked.request().method() + " " + asked.request().path();
  }

  static Stream<Arguments> keysAndHeaders_goToTheirOwnUpstreamAlone() {
    return Table.of(
        "llama3:8b → - → trace → -",
        "gpt-4o → Bearer sk-of-the-cloud → - → project",
        "cloud/shared → Bearer sk-of-the-cloud → - → project",
        "tts-1 → Bearer sk-of-the-fixed → - → -");
  }

  @ParameterizedTest
  @MethodSource
  void keysAndHeaders_goToTheirOwnUpstreamAlone(
      String model, String key, String trace, String project) {
    for (String path : List.of(CHAT, EMBEDDINGS)) {
      site.asked.clear();
      RawResponse response =
          site.post(
              path,
              "{\"model\":\"" + model + "\"," + MESSAGES + "}",
              "X-Trace",
              "trace",
              "X-Project",
              "project",
              "X-Other",
              "other",
              "Accept",
              "application/json",
              "Authorization",
              "Bearer of-the-caller",
              "Cookie",
              "a=b");
      assertEquals(200, response.status(), response::text);
      Site.Asked sent = site.onlyOne();
      assertEquals(key, told(sent.header("Authorization")));
      assertEquals(trace, told(sent.header("X-Trace")));
      assertEquals(project, told(sent.header("X-Project")));
      assertNull(sent.header("X-Other"));
      assertNull(sent.header("Cookie"));
      boolean accepts = path.equals(EMBEDDINGS) || sent.upstream().equals("cloud");
      assertEquals(accepts ? "application/json" : "-", told(sent.header("Accept")));
      assertTrue(sent.header("Content-Type").startsWith("application/json"));
    }
  }

  private static String told(String header) {
    return header == null ? "-" : header;
  }

  @Test
  void listOfAll_hasEachModelOnce_andWhatIsHiddenByItsUpstreamsName() {
    assertEquals(
        List.of(
            "llama3:8b",
            "shared",
            "meta-llama/Llama-3",
            "gpt-4o",
            "cloud/shared",
            "cloud/local/odd",
            "tts-1",
            "fixed/shared"),
        site.models());
    JsonNode list = site.get("/v1/models").json();
    assertEquals("list", list.path("object").asText());
    for (JsonNode model : list.path("data")) {
      assertEquals("model", model.path("object").asText());
      assertTrue(model.path("created").isInt() && model.path("owned_by").isTextual());
    }
    assertFalse(site.askedForLists.contains("fixed"), "its models are set");
  }

  static Stream<Arguments> oneModel_isFoundByEachNameThatReachesIt() {
    return Table.of(
        "gpt-4o → 200",
        "cloud/gpt-4o → 200",
        "local/shared → 200",
        "cloud/shared → 200",
        "meta-llama/Llama-3 → 200",
        "local/meta-llama/Llama-3 → 200",
        "cloud/local/odd → 200",
        "local/odd → 404",
        "fixed/tts-1 → 200",
        "cloud/not-listed → 404",
        "fixed/gpt-4o → 404",
        "nobody/gpt-4o → 404",
        "cloud → 404");
  }

  @ParameterizedTest
  @MethodSource
  void oneModel_isFoundByEachNameThatReachesIt(String id, int status) {
    RawResponse response = site.get("/v1/models/" + id);
    assertEquals(status, response.status(), response::text);
    if (status == 200) {
      assertEquals(id, response.json().path("id").asText());
    } else {
      Site.error(response, 404, "model_not_found");
    }
  }

  @Test
  void stream_andStoredHistory_goTheirWayAsWithOne() {
    String stream = "{\"model\":\"cloud/m\",\"stream\":true," + MESSAGES + "}";
    String[] stored = {"X-Conversation-ID", "routed", "X-Conversation-History", "stored"};
    assertTrue(site.post(CHAT, stream, stored).text().contains("I am cloud"));
    String next = "{\"model\":\"gpt-4o\"," + MESSAGES + "}";
    assertTrue(site.post(CHAT, next, stored).text().contains("I am cloud"));
    JsonNode messages = site.asked.get(1).request().json().path("messages");
    assertEquals(3, messages.size(), messages.toString());
    assertEquals("I am cloud", messages.path(1).path("content").asText());
    assertEquals("m", site.asked.get(0).request().json().path("model").asText());
  }
}
