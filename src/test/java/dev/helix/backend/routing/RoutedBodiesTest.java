package dev.helix.backend.routing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.RawResponse;
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

/** How the model is found in bodies of every form, and how they are sent on with another name. */
class RoutedBodiesTest {
  private static final String EMBEDDINGS = "/v1/embeddings";
  private static final String SPEECH = "/v1/audio/transcriptions";

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

  private static byte[] form(String... parts) {
    ByteArrayOutputStream form = new ByteArrayOutputStream();
    for (String part : parts) {
      form.writeBytes(("--a 'b\r\n" + part + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }
    form.writeBytes("--a 'b--\r\n".getBytes(StandardCharsets.US_ASCII));
    return form.toByteArray();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
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
        Arguments.of(
            "Content-Disposition : form-data;\tname=\t\"model\"\r\n\r\ntts-1", "fixed", "tts-1"),
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
      assertEquals(upstream, site.onlyOne().upstream());
      assertEquals(FORM, site.onlyOne().header("Content-Type"));
      byte[] expected = last ? form(FILE, sent) : form(sent, FILE);
      assertArrayEquals(expected, site.onlyOne().request().body());
    }
  }

  @Test
  void formWithBareLineFeeds_isReadToo() {
    byte[] form =
        "--b\nContent-Disposition: form-data; name=\"model\"\n\ncloud/w\n--b--"
            .getBytes(StandardCharsets.US_ASCII);
    assertEquals(200, site.post(SPEECH, "multipart/form-data; boundary=b", form).status());
    assertEquals("cloud", site.onlyOne().upstream());
    assertTrue(site.onlyOne().body().contains("\n\nw\n--b--"), site.onlyOne().body());
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
        Arguments.of(json, "\ufeff{\"model\":\"cloud/m\"}".getBytes(StandardCharsets.UTF_16LE)),
        Arguments.of(json, "\ufeff{\"model\":\"cloud/m\"}".getBytes(StandardCharsets.UTF_16BE)),
        Arguments.of(json, "{\"model\":\"cloud/é\"}".getBytes(StandardCharsets.ISO_8859_1)),
        Arguments.of(json, bytes("{\"model\":\"tts-1\",\"Model\":\"gpt-4o\"}")),
        Arguments.of(json, bytes("{\"MODEL\":\"gpt-4o\",\"model\":\"tts-1\"}")),
        Arguments.of(json, bytes("{\"\\u004dodel\":\"gpt-4o\"}")),
        Arguments.of(json, bytes("{\"model\":\"tts-1\"}{\"model\":\"gpt-4o\"}")),
        Arguments.of(json, bytes("{\"model\":\"" + "x".repeat(5000) + "\"}")),
        Arguments.of(FORM, form(field("name=\"Model\"", "gpt-4o"))),
        Arguments.of(FORM, form(field("name*=UTF-8''model", "gpt-4o"))),
        Arguments.of(FORM, form(field("name*0=mo; name*1=del", "gpt-4o"))),
        Arguments.of(FORM, form(field("name=x; name=model", "gpt-4o"))),
        Arguments.of(FORM, form(field("x=1;\r\n name=\"model\"", "gpt-4o"))),
        Arguments.of(FORM, form(field("x=1;\r\n\tname=\"model\"", "gpt-4o"))),
        Arguments.of(FORM, form("Content-Disposition: form-data; name=x\r\n" + model)),
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
    for (String type : List.of("text/plain", "application/vnd.x+json")) {
      site.asked.clear();
      assertEquals(200, site.post(EMBEDDINGS, type, json).status());
      assertEquals("cloud", site.onlyOne().upstream());
      assertEquals("\ufeff \n{\"model\":\"m\"}", site.onlyOne().body());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"model=gpt-4o", "{\"model\":\"gpt-4o\"}", ""})
  void formOfAnAddress_isNotTaken(String body) {
    for (String type :
        List.of("application/x-www-form-urlencoded", "Application/X-WWW-Form-URLEncoded;a=b")) {
      Site.error(site.post(EMBEDDINGS, type, bytes(body)), 415, "unsupported_media_type");
    }
    assertEquals(List.of(), site.asked);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"model\":\"tts-1\",\"Model\":\"gpt-4o\",%s}",
        "{\"MODEL\":\"gpt-4o\",%s,\"model\":\"tts-1\"}",
        "{%s,\"moDel\":\"gpt-4o\"}",
        "\ufffe{%s}"
      })
  void chatThatAnUpstreamMayReadOtherwise_isRefused(String body) {
    String messages = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";
    byte[] sent =
        body.startsWith("{")
            ? bytes(body.formatted(messages))
            : ("\ufeff" + body.substring(1).formatted(messages))
                .getBytes(StandardCharsets.UTF_16BE);
    RawResponse response = site.post("/v1/chat/completions", "application/json", sent);
    assertEquals(400, response.status(), response::text);
    assertEquals(List.of(), site.asked);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "utf8mb4", "\"a b\"", "", "\"\"", "UTF-7"})
  void charsetThatNobodyKnows_isNoMatterOfOurs(String charset) {
    String json = "{\"model\":\"cloud/m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    for (String path : List.of("/v1/chat/completions", EMBEDDINGS)) {
      RawResponse response = site.post(path, "application/json; charset=" + charset, bytes(json));
      assertEquals(200, response.status(), response::text);
    }
    byte[] form = form(field("name=\"model\"", "cloud/m"));
    RawResponse response = site.post(SPEECH, FORM + "; charset=" + charset, form);
    assertEquals(200, response.status(), response::text);
    assertEquals(3, site.asked.size());
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
    assertEquals("cloud", site.onlyOne().upstream());
    assertEquals("{\"model\":\"m\"}", site.onlyOne().body());
    assertNull(site.onlyOne().header("Content-Encoding"));
    site.asked.clear();
    Site.error(
        site.post(EMBEDDINGS, json, body, "Content-Encoding", "br"),
        415,
        "unsupported_content_encoding");
    assertEquals(List.of(), site.asked);
  }

  @Test
  void longBodyWithAnotherModelsName_isSentWhole_alsoAgainOnANewConnection() {
    site.upstreams.get("cloud").closeAfterEachReply(true);
    try {
      String input = "{\"input\":\"" + "x".repeat(4 << 20) + "\",\"model\":\"";
      for (int i = 0; i < 5; i++) {
        RawResponse response = site.post(EMBEDDINGS, input + "cloud/m\"}");
        assertEquals(200, response.status(), response::text);
        assertEquals(input + "m\"}", site.onlyOne().body());
        site.asked.clear();
      }
    } finally {
      site.upstreams.get("cloud").closeAfterEachReply(false);
    }
  }
}
