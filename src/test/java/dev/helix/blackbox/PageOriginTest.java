package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Reply;
import dev.helix.scripted.Request;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What pages may have passed on to the upstream, and what programs may. */
class PageOriginTest {
  private static final byte[] BODY = "{\"input\":\"Hi\"}".getBytes(StandardCharsets.UTF_8);
  private static final String ALLOWED = "https://chat.example.com";

  @TempDir Path folder;
  private final Queue<String> types = new ConcurrentLinkedQueue<>();
  private WholeApplication application;

  @BeforeEach
  void start() throws Exception {
    application =
        new WholeApplication(
            folder.resolve("sessions"),
            Map.of("helix.cors.origins", ALLOWED, "helix.allow.remote", "true"));
    application.upstream().answerAlways(this::answer);
  }

  private Reply answer(Request request) {
    types.add(request.header("Content-Type"));
    return Reply.json(200, "{}");
  }

  @AfterEach
  void stop() throws Exception {
    application.close();
  }

  private RawResponse post(String path, byte[] body, String type, String origin, String site) {
    List<String> headers = new ArrayList<>();
    String[][] given = {{"Content-Type", type}, {"Origin", origin}, {"Sec-Fetch-Site", site}};
    for (String[] header : given) {
      if (header[1] != null) {
        headers.addAll(List.of(header));
      }
    }
    return RawClient.exchange(
        application.url(), "POST", path, body, headers.toArray(new String[0]));
  }

  /** Nothing stands for no such header, {@code own} for the server's own origin. */
  @ParameterizedTest
  @CsvSource({
    "415, , , ",
    "200, text/plain, , ",
    "200, application/x-www-form-urlencoded, , ",
    "200, multipart/form-data; boundary=x, , ",
    "200, application/json, , ",
    "403, , https://evil.example, cross-site",
    "403, text/plain, https://evil.example, cross-site",
    "403, text/plain, https://evil.example, ",
    "403, text/plain;x=application/json, https://evil.example, ",
    "403, application/x-www-form-urlencoded, https://evil.example, cross-site",
    "403, multipart/form-data; boundary=x, https://evil.example, cross-site",
    "403, multipart/form-data; boundary=x, https://evil.example, ",
    "403, multipart/form-data; boundary=x, null, ",
    "403, multipart/form-data; boundary=x, , cross-site",
    "403, multipart/form-data; boundary=x, http://127.0.0.1:1, same-site",
    "200, application/json, https://evil.example, cross-site",
    "200, multipart/form-data; boundary=x, https://chat.example.com, cross-site",
    "415, , https://chat.example.com, cross-site",
    "200, multipart/form-data; boundary=x, own, same-origin",
    "200, multipart/form-data; boundary=x, own, ",
    "200, multipart/form-data; boundary=x, https://proxy.example, same-origin",
    "200, text/plain, , none",
  })
  void whatAPageCouldSendUnasked_isRefused(int status, String type, String origin, String site) {
    String url = application.url().toString().replaceAll("/+$", "");
    String from = "own".equals(origin) ? url : origin;
    for (String path : new String[] {"/v1/embeddings", "/c/trip/v1/audio/speech"}) {
      RawResponse response = post(path, BODY, type, from, site);
      assertEquals(status, response.status(), response::text);
      if (status == 200) {
        assertEquals(type, types.poll(), response::text);
      } else {
        String code = status == 403 ? "origin_not_allowed" : "unsupported_media_type";
        assertEquals(code, response.json().path("error").path("code").asText());
        assertNull(types.poll());
      }
    }
  }

  @Test
  void largeUpload_isReadBeforeItIsRefused() {
    byte[] upload = new byte[2_000_000];
    RawResponse response =
        post("/v1/audio/transcriptions", upload, "text/plain", "https://evil.example", null);
    assertEquals(403, response.status(), response::text);
  }
}
