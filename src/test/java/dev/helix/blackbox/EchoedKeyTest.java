package dev.helix.blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An upstream that sends our own key back, wherever it can stand. */
class EchoedKeyTest {
  private static final String KEY = "sk-Kq3v9ZtR7xLw2Yb8NcHd5Fm";
  private static final String SAID = "your key is " + KEY + ", is it not?";

  @TempDir Path folder;
  private WholeApplication application;

  @BeforeEach
  void start() throws Exception {
    application =
        new WholeApplication(folder.resolve("sessions"), Map.of("helix.upstream.key", KEY));
  }

  @AfterEach
  void stop() throws Exception {
    application.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertFalse(Files.readString(file).contains(KEY), file::toString);
      }
    }
  }

  private RawClient ask(String path, boolean stream) {
    RawClient client = RawClient.connect(application.url());
    String body =
        "{\"model\":\"m\",\"stream\":"
            + stream
            + ",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    client.request(
        "POST",
        path,
        body.getBytes(UTF_8),
        "Content-Type",
        "application/json",
        "X-Conversation-ID",
        "echo");
    return client;
  }

  private static void check(RawResponse response, int status) {
    String text = response.text() + response.restText();
    assertEquals(status, response.status(), text);
    assertFalse(text.contains(KEY), text);
    assertTrue(text.contains("***"), text);
    assertEquals("of ***", response.header("X-Request-ID"));
  }

  private Call next() {
    Call call = application.upstream().next();
    assertEquals("Bearer " + KEY, call.request().header("Authorization"));
    return call;
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(plain);
    }
    return packed.toByteArray();
  }

  @Test
  void wholeAnswers() throws IOException {
    try (RawClient client = ask("/v1/chat/completions", false)) {
      next().respondJson(200, Completions.completion(SAID), "X-Request-ID", "of " + KEY);
      check(client.response(), 200);
    }
    byte[] packed = gzip(Completions.completion(SAID).getBytes(UTF_8));
    try (RawClient client = ask("/v1/chat/completions", false)) {
      next()
          .respond(
              200,
              "application/json",
              packed,
              "Content-Encoding",
              "gzip",
              "X-Request-ID",
              "of " + KEY);
      check(client.response(), 200);
    }
    for (int status : new int[] {400, 401, 429, 500}) {
      try (RawClient client = ask("/v1/chat/completions", false)) {
        next().respondJson(status, "{\"oops\":\"" + SAID + "\"}", "X-Request-ID", "of " + KEY);
        check(client.response(), status);
      }
    }
  }

  @Test
  void streams() {
    List<List<String>> streams =
        List.of(
            Completions.chunks("Well, ", SAID),
            List.of(Completions.delta("Well"), Completions.error(SAID, KEY, KEY)),
            List.of("{\"choices\":[],\"error\":{\"message\":\"" + SAID + "\"}}"),
            List.of("{\"" + KEY + "\":1}", Completions.finish("stop"), Completions.DONE));
    for (List<String> events : streams) {
      try (RawClient client = ask("/v1/chat/completions", true)) {
        Call call = next();
        call.beginSse("X-Request-ID", "of " + KEY);
        events.forEach(call::sse);
        call.end();
        RawResponse response = client.response();
        String text = response.restText();
        assertFalse((response.text() + text).contains(KEY), text);
        assertTrue(text.contains("***"), text);
      }
    }
    try (RawClient client = ask("/v1/chat/completions", true)) {
      Call call = next();
      call.beginSse();
      String event = "data: " + Completions.delta(SAID) + "\n\n";
      int middle = event.indexOf(KEY) + 9;
      call.chunk(event.substring(0, middle));
      call.chunk(event.substring(middle));
      call.sse(Completions.finish("stop"));
      call.sse(Completions.DONE);
      call.end();
      String text = client.response().restText();
      assertFalse(text.contains(KEY), text);
      assertTrue(text.contains("[DONE]"), text);
    }
  }

  @Test
  void whatPassesThrough_andModels() throws IOException {
    for (int status : new int[] {200, 401, 503}) {
      try (RawClient client = ask("/v1/embeddings", false)) {
        next()
            .respondJson(
                status, "{\"error\":{\"message\":\"" + SAID + "\"}}", "X-Request-ID", "of " + KEY);
        check(client.response(), status);
      }
    }
    for (String encoding : List.of("gzip", "br")) {
      byte[] body = ("{\"data\":\"" + SAID + "\"}").getBytes(UTF_8);
      byte[] sent = encoding.equals("gzip") ? gzip(body) : "not read".getBytes(UTF_8);
      try (RawClient client = ask("/v1/embeddings", false)) {
        Call call = next();
        assertEquals("identity", call.request().header("Accept-Encoding"));
        call.respond(200, "application/json", sent, "Content-Encoding", encoding);
        RawResponse response = client.response();
        assertEquals(200, response.status());
        String expected = encoding.equals("gzip") ? "your key is *" : "not read";
        assertTrue(response.restText().contains(expected), encoding);
        assertEquals(encoding.equals("br") ? "br" : null, response.header("Content-Encoding"));
      }
    }
    application.upstream().scriptModels();
    try (RawClient client = RawClient.connect(application.url())) {
      client.request("GET", "/v1/models", new byte[0]);
      next().respondJson(200, Completions.models("m-" + KEY));
      RawResponse response = client.response();
      assertFalse(response.restText().contains(KEY), response::text);
    }
  }
}
