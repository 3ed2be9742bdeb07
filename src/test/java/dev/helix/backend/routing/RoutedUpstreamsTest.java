package dev.helix.backend.routing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Table;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
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
  private static final String SPEECH = "/v1/audio/transcriptions";
  private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";

  @TempDir static Path folder;
  private static Site site;

  @BeforeAll
  static void start() throws Exception {
    site =
        new Site()
            .with("local", "llama3:8b", "shared", "meta-llama/Llama-3")
            .with("cloud", "gpt-4o", "shared", "local/odd")
            .silent("fixed")
            .start(
                folder,
                "helix.upstreams",
                "local, cloud, fixed",
                "helix.upstream.local.headers",
                "X-Trace",
                "helix.upstream.cloud.key",
                "sk-of-the-cloud",
                "helix.upstream.cloud.headers",
                "x-project, Accept",
                "helix.upstream.fixed.key",
                "sk-of-the-fixed",
                "helix.upstream.fixed.models",
                "tts-1, shared, tts-1");
    site.log.await("the upstream local at " + site.upstreams.get("local").baseUrl() + " lists 3");
    site.log.await("the upstream cloud at " + site.upstreams.get("cloud").baseUrl() + " lists 3");
    site.log.await("has 2 models by helix.upstream.fixed.models");
  }

  @AfterAll
  static void stop() throws Exception {
    site.close();
  }

  @BeforeEach
  void forget() {
    site.asked.clear();
  }

  private static Site.Asked onlyOne() {
    assertEquals(1, site.asked.size(), () -> site.asked.toString());
    return site.asked.get(0);
  }

  private static void error(RawResponse response, int status, String code) {
    assertEquals(status, response.status(), response::text);
    JsonNode error = response.json().path("error");
    assertEquals(code, error.path("code").asText(), response::text);
    assertEquals(List.of("message", "type", "param", "code"), names(error));
  }

  private static List<String> names(JsonNode object) {
    return object.properties().stream().map(java.util.Map.Entry::getKey).toList();
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
        "local/odd → cloud → local/odd",
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
      Site.Asked sent = onlyOne();
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
      error(response, 404, "model_not_found");
      JsonNode error = response.json().path("error");
      assertEquals("invalid_request_error", error.path("type").asText());
      assertEquals("model", error.path("param").asText());
      assertTrue(error.path("message").asText().contains("'" + model + "'"), response.text());
      assertTrue(error.path("message").asText().contains("local, cloud, fixed"), response.text());
    }
    assertEquals(List.of(), site.asked);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\"model\":null,", "\"model\":\"\","})
  void chatWithoutAModel_getsTheFirstOfAll(String model) {
    assertEquals(200, site.post(CHAT, "{" + model + MESSAGES + "}").status());
    Site.Asked sent = onlyOne();
    assertEquals("local", sent.upstream());
    assertEquals("llama3:8b", sent.request().json().path("model").asText());
  }

  @Test
  void whatNamesNoModelElsewhere_goesToTheFirst_asItCame() {
    for (String body : List.of("{\"input\":\"x\"}", "{\"model\":null,\"input\":\"x\"}", "{}")) {
      site.asked.clear();
      assertEquals(200, site.post("/v1/moderations", body).status());
      assertEquals("local", onlyOne().upstream());
      assertEquals(body, onlyOne().body());
    }
    site.asked.clear();
    assertEquals(200, site.post("/v1/audio/speech", "audio/wav", new byte[] {1, 0, 2}).status());
    assertEquals("local", onlyOne().upstream());
    site.asked.clear();
    assertEquals(200, site.get("/v1/audio/voices?a=b").status());
    assertEquals("local GET /v1/audio/voices?a=b", said(onlyOne()));
  }

  private static String said(Site.Asked asked) {
    return asked.upstream() + " " + asked.request().method() + " " + asked.request().path();
  }

  private static byte[] form(String... parts) {
    ByteArrayOutputStream form = new ByteArrayOutputStream();
    for (String part : parts) {
      form.writeBytes(("--a 'b\r\n" + part + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }
    form.writeBytes("--a 'b--\r\n".getBytes(StandardCharsets.US_ASCII));
    return form.toByteArray();
  }

  private static final String FORM = "multipart/form-data; x=1; boundary=\"a 'b\"";
  private static final String FILE =
      "Content-Disposition: form-data; name=\"file\"; filename=\"model.wav\"\r\n"
          + "Content-Type: audio/wav\r\n\r\n\u0000\u00ff\r\n\r\n--a 'c\r\n--a 'b-x\r\n--a 'bb\n\r\nname=\"model\"";

  private static String field(String head, String value) {
    return "Content-Disposition: form-data; " + head + "\r\n\r\n" + value;
  }

  static Stream<Arguments> formOfAnyOrder_goesToWhoHasItsModel() {
    return Stream.of(
        Arguments.of(field("name=\"model\"", "gpt-4o"), "cloud", "gpt-4o"),
        Arguments.of(field("name=\"model\"", "cloud/whisper"), "cloud", "whisper"),
        Arguments.of(field("name=model", "fixed/tts-1"), "fixed", "tts-1"),
        Arguments.of(field("filename=\"x\"; name=\"model\"", "cloud/w"), "cloud", "w"),
        Arguments.of(
            field("filename=\"; name=model; \\\"\"; name=\"x\"", "gpt-4o"), "local", "gpt-4o"),
        Arguments.of(field("name=\"other\"", "cloud/w"), "local", "cloud/w"),
        Arguments.of(
            field("filename=\"" + "\\a".repeat(7000) + "\"; x; name= model ", "tts-1"),
            "fixed",
            "tts-1"),
        Arguments.of(
            "content-type: text/plain\r\ncontent-disposition:form-data;name=\"model\"\r\n\r\ntts-1",
            "fixed",
            "tts-1"),
        Arguments.of(field("name=\"model\"", ""), "local", ""),
        Arguments.of(field("name=\"model_\"", "gpt-4o"), "local", "gpt-4o"));
  }

  @ParameterizedTest
  @MethodSource
  void formOfAnyOrder_goesToWhoHasItsModel(String part, String upstream, String model) {
    String sent = part.substring(0, part.lastIndexOf("\r\n\r\n") + 4) + model;
    for (boolean last : new boolean[] {true, false}) {
      site.asked.clear();
      byte[] form = last ? form(FILE, part) : form(part, FILE);
      RawResponse response = site.post(SPEECH, FORM, form);
      assertEquals(200, response.status(), response::text);
      assertEquals(upstream, onlyOne().upstream());
      assertEquals(FORM, onlyOne().header("Content-Type"));
      byte[] expected = last ? form(FILE, sent) : form(sent, FILE);
      assertArrayEquals(expected, onlyOne().request().body());
    }
  }

  @Test
  void formWithBareLineFeeds_isReadToo() {
    byte[] form =
        "--b\nContent-Disposition: form-data; name=\"model\"\n\ncloud/w\n--b--"
            .getBytes(StandardCharsets.US_ASCII);
    assertEquals(200, site.post(SPEECH, "multipart/form-data; boundary=b", form).status());
    assertEquals("cloud", onlyOne().upstream());
    assertTrue(onlyOne().body().contains("\n\nw\n--b--"), onlyOne().body());
  }

  static Stream<Arguments> bodyThatCannotBeRead_isRefused_andNobodyIsAsked() {
    String model = field("name=\"model\"", "gpt-4o");
    String json = "application/json";
    return Stream.of(
        Arguments.of("multipart/form-data", form(model)),
        Arguments.of("multipart/form-data; boundary=other", form(model)),
        Arguments.of(FORM, form(model, model)),
        Arguments.of(FORM, new byte[0]),
        Arguments.of(FORM, ("--a 'b\r\n" + model).getBytes(StandardCharsets.US_ASCII)),
        Arguments.of(FORM, "--a 'b\r\nContent-Dis".getBytes(StandardCharsets.US_ASCII)),
        Arguments.of(FORM, form(field("name=\"model\"", "x".repeat(5000)))),
        Arguments.of(json, "{\"model\":\"gpt-4o\"".getBytes(StandardCharsets.UTF_8)),
        Arguments.of(json, "[\"gpt-4o\"]".getBytes(StandardCharsets.UTF_8)),
        Arguments.of(json, "{\"model\":7}".getBytes(StandardCharsets.UTF_8)),
        Arguments.of(json, "{\"model\":[\"gpt-4o\"]}".getBytes(StandardCharsets.UTF_8)),
        Arguments.of(
            json, "{\"model\":\"tts-1\",\"model\":\"gpt-4o\"}".getBytes(StandardCharsets.UTF_8)),
        Arguments.of(json, "{\"model\":\"gpt-4o\"}".getBytes(StandardCharsets.UTF_16LE)),
        Arguments.of(json, new byte[0]));
  }

  @ParameterizedTest
  @MethodSource
  void bodyThatCannotBeRead_isRefused_andNobodyIsAsked(String type, byte[] body) {
    RawResponse response = site.post(SPEECH, type, body);
    assertEquals(400, response.status(), response::text);
    assertEquals("invalid_request_error", response.json().path("error").path("type").asText());
    assertEquals(List.of(), site.asked);
  }

  @Test
  void jsonUnderAnotherName_andBehindAMark_isReadAsWell() {
    byte[] json = "\ufeff \n{\"model\":\"cloud/m\"}".getBytes(StandardCharsets.UTF_8);
    for (String type :
        List.of("application/x-www-form-urlencoded", "text/plain", "application/vnd.x+json")) {
      site.asked.clear();
      assertEquals(200, site.post(EMBEDDINGS, type, json).status());
      assertEquals("cloud", onlyOne().upstream());
      assertEquals("\ufeff \n{\"model\":\"m\"}", onlyOne().body());
    }
  }

  @Test
  void packedBody_isUnpacked_andWhatIsPackedOtherwiseRefused() throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write("{\"model\":\"cloud/m\"}".getBytes(StandardCharsets.UTF_8));
    }
    byte[] body = packed.toByteArray();
    String json = "application/json";
    assertEquals(200, site.post(EMBEDDINGS, json, body, "Content-Encoding", "gzip").status());
    assertEquals("cloud", onlyOne().upstream());
    assertEquals("{\"model\":\"m\"}", onlyOne().body());
    assertNull(onlyOne().header("Content-Encoding"));
    site.asked.clear();
    error(
        site.post(EMBEDDINGS, json, body, "Content-Encoding", "br"),
        415,
        "unsupported_content_encoding");
    assertEquals(List.of(), site.asked);
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
      Site.Asked sent = onlyOne();
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
            "local/odd",
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
        "local/odd → 200",
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
      error(response, 404, "model_not_found");
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

  @Test
  void longBodyWithAnotherModelsName_isSentWhole_alsoAgainOnANewConnection() {
    site.upstreams.get("cloud").closeAfterEachReply(true);
    try {
      String input = "{\"input\":\"" + "x".repeat(4 << 20) + "\",\"model\":\"";
      for (int i = 0; i < 5; i++) {
        RawResponse response = site.post(EMBEDDINGS, input + "cloud/m\"}");
        assertEquals(200, response.status(), response::text);
        assertEquals(input + "m\"}", onlyOne().body());
        site.asked.clear();
      }
    } finally {
      site.upstreams.get("cloud").closeAfterEachReply(false);
    }
  }
}
