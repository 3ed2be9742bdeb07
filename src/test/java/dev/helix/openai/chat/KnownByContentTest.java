package dev.helix.openai.chat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Table;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A reply is what its body says, whatever its head calls it, and the caller gets what was asked.
 */
class KnownByContentTest {
  private static final String STREAM =
      "data: " + String.join("\n\ndata: ", Completions.chunks("One", " two")) + "\n\n";

  @TempDir Path folder;
  private ChatServer server;
  private int conversations;

  @BeforeEach
  void start() throws Exception {
    server = new ChatServer(folder, Duration.ZERO);
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private static byte[] head(int status, String type, String... namesAndValues) {
    StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " OK\r\n");
    head.append(type.isEmpty() ? "" : "Content-Type: " + type + "\r\n");
    for (int i = 0; i < namesAndValues.length; i += 2) {
      head.append(namesAndValues[i]).append(": ").append(namesAndValues[i + 1]).append("\r\n");
    }
    return head.append("Connection: close\r\n\r\n").toString().getBytes(UTF_8);
  }

  /** Sends a body of unknown length, in pieces of this many bytes. */
  private static void send(Call call, byte[] head, byte[] body, int pieces) {
    call.raw(head);
    for (int from = 0; from < body.length; from += pieces) {
      call.raw(Arrays.copyOfRange(body, from, Math.min(body.length, from + pieces)));
    }
    call.cut();
  }

  private void assertStored(String conversation, String status) {
    assertEquals(List.of("user:Well?", "assistant:One two" + status), server.stored(conversation));
  }

  /** A conversation that nobody began. */
  private String fresh() {
    return "c" + ++conversations;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "text/plain", "application/json", "application/octet-stream", "text/html"})
  void streamUnderAnyName_isAStream_whereOneWasAskedFor(String type) {
    for (String begin :
        List.of("", ": ping\n\n", "event: message\n", "id: 1\n", "\n\n", "\uFEFF")) {
      for (int pieces : new int[] {1, 7, 100_000}) {
        String id = fresh();
        try (RawClient client = server.post(id, "Well?", true)) {
          send(server.upstream.next(), head(200, type), (begin + STREAM).getBytes(UTF_8), pieces);
          RawResponse response = client.response();
          assertEquals(200, response.status());
          assertTrue(response.header("Content-Type").startsWith("text/event-stream"));
          assertEquals(begin + STREAM, response.restText().replace(": waiting\n", ""));
          assertFalse(response.isCut());
        }
        assertStored(id, " (completed)");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "text/plain", "text/event-stream; charset=utf-8", "text/html"})
  void streamThatNobodyAskedFor_isOneAnswer(String type) {
    ObjectNode usage = (ObjectNode) Json.read("{\"choices\":[],\"usage\":{\"total_tokens\":3}}");
    ObjectNode logprobs = (ObjectNode) Json.read(Completions.delta(""));
    ((ObjectNode) logprobs.path("choices").path(0))
        .putObject("logprobs")
        .putArray("content")
        .add("p");
    String body =
        ("data: " + logprobs + "\n\n").repeat(2)
            + STREAM.replace("data: [DONE]", "data: " + usage + "\n\ndata: [DONE]");
    try (RawClient client = server.post("c", "Well?", false)) {
      send(server.upstream.next(), head(200, type), body.getBytes(UTF_8), 40);
      RawResponse response = client.response();
      response.rest();
      assertEquals(200, response.status(), response::text);
      assertEquals("application/json", response.header("Content-Type"));
      JsonNode json = response.json();
      assertEquals("chat.completion", json.path("object").asText());
      assertEquals("chatcmpl-scripted", json.path("id").asText());
      assertEquals(Completions.MODEL, json.path("model").asText());
      assertEquals(3, json.path("usage").path("total_tokens").asInt());
      JsonNode choice = json.path("choices").path(0);
      assertEquals("One two", choice.path("message").path("content").asText());
      assertEquals("assistant", choice.path("message").path("role").asText());
      assertEquals("stop", choice.path("finish_reason").asText());
      assertEquals("[\"p\",\"p\"]", choice.path("logprobs").path("content").toString());
      assertFalse(choice.has("delta"));
    }
    assertStored("c", " (completed)");
  }

  @Test
  void choicesOfAStreamThatNobodyAskedFor_areChoicesOfOneAnswer() {
    try (RawClient client = server.post("c", "Well?", false)) {
      Call call = server.upstream.next();
      call.beginSse();
      call.sse(Completions.delta(1, "right"));
      call.sse(Completions.delta(0, "left"));
      call.sse(Completions.finish(0, "stop"));
      call.sse(Completions.finish(1, "length"));
      call.end();
      RawResponse response = client.response();
      response.rest();
      JsonNode choices = response.json().path("choices");
      assertEquals(2, choices.size(), response::text);
      assertEquals("left", choices.path(0).path("message").path("content").asText());
      assertEquals("right", choices.path(1).path("message").path("content").asText());
      assertEquals(1, choices.path(1).path("index").asInt());
      assertEquals("length", choices.path(1).path("finish_reason").asText());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "", "text/plain", "text/event-stream"})
  void jsonWhereAStreamWasAskedFor_isAStreamOfOneChunk_withAllChoices(String type) {
    ObjectNode two = (ObjectNode) Json.read(Completions.completion("One two"));
    two.withArray("choices").add(two.path("choices").path(0).deepCopy());
    ((ObjectNode) two.path("choices").path(1)).put("index", 1);
    for (String before : List.of("", " \n\n")) {
      try (RawClient client = server.post(fresh(), "Well?", true)) {
        send(server.upstream.next(), head(200, type), (before + two).getBytes(UTF_8), 10);
        RawResponse response = client.response();
        assertEquals(200, response.status());
        assertTrue(response.header("Content-Type").startsWith("text/event-stream"));
        JsonNode chunk = Json.read(response.data());
        assertEquals("chat.completion.chunk", chunk.path("object").asText());
        for (int i = 0; i < 2; i++) {
          JsonNode choice = chunk.path("choices").path(i);
          assertEquals(i, choice.path("index").asInt());
          assertEquals("One two", choice.path("delta").path("content").asText());
          assertEquals("stop", choice.path("finish_reason").asText());
        }
        assertEquals(Completions.DONE, response.data());
        assertNull(response.data());
        assertFalse(response.isCut());
      }
    }
  }

  private static byte[] compressed(String encoding, String text, boolean flushed) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out =
        switch (encoding) {
          case "gzip" -> new GZIPOutputStream(bytes, 512, true);
          case "deflate" -> new DeflaterOutputStream(bytes, new Deflater(), 512, true);
          default -> new DeflaterOutputStream(bytes, new Deflater(9, true), 512, true);
        }) {
      for (String line : text.split("(?<=\n\n)", -1)) {
        out.write(line.getBytes(UTF_8));
        if (flushed) {
          out.flush();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static Stream<Arguments> compressedBody_isRead_streamedAndWhole() {
    return Table.of("gzip → gzip", "gzip → X-GZIP", "deflate → deflate", "raw → deflate");
  }

  @ParameterizedTest
  @MethodSource
  void compressedBody_isRead_streamedAndWhole(String encoding, String name) {
    for (int pieces : new int[] {1, 13, 100_000}) {
      String id = fresh();
      try (RawClient client = server.post(id, "Well?", true)) {
        byte[] body = compressed(encoding, STREAM, true);
        send(
            server.upstream.next(),
            head(200, "text/event-stream", "Content-Encoding", name),
            body,
            pieces);
        RawResponse response = client.response();
        assertNull(response.header("Content-Encoding"));
        assertEquals(STREAM, response.restText());
      }
      assertStored(id, " (completed)");
      try (RawClient client = server.post("d", "Well?", false)) {
        String json = Completions.completion("Hi");
        send(
            server.upstream.next(),
            head(200, "application/json", "Content-Encoding", name),
            compressed(encoding, json, false),
            pieces);
        assertEquals(json, client.response().restText());
      }
      try (RawClient client = server.post("e", "Well?", false)) {
        byte[] body = compressed(encoding, "{\"detail\":\"no\"}", false);
        send(
            server.upstream.next(),
            head(400, "application/json", "Content-Encoding", name),
            body,
            pieces);
        RawResponse response = client.response();
        assertTrue(response.restText().contains("no"), response::text);
        assertEquals(400, response.status());
      }
    }
  }

  @Test
  void compressedEvent_comesBeforeTheNextIsSent() throws IOException {
    try (RawClient client = server.post("c", "Well?", true)) {
      Call call = server.upstream.next();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      GZIPOutputStream gzip = new GZIPOutputStream(bytes, 512, true);
      call.beginSse("Content-Encoding", "gzip");
      RawResponse response = null;
      for (String word : List.of("One", " two")) {
        gzip.write(("data: " + Completions.delta(word) + "\n\n").getBytes(UTF_8));
        gzip.flush();
        call.chunk(bytes.toByteArray());
        bytes.reset();
        response = response == null ? client.response() : response;
        assertTrue(response.data().contains(word));
      }
      call.cut(); // Half a body: what came before it is kept.
      assertTrue(response.data().contains("\"upstream_broken\""), response::text);
      assertNull(response.data());
      assertTrue(response.isCut());
    }
    assertStored("c", " (failed)");
  }

  @Test
  void halfOrDamagedCompression_isAnError_andNotOneToAskAgainFor() {
    byte[] whole = compressed("gzip", Completions.completion("Hi"), true);
    byte[] half = Arrays.copyOf(whole, whole.length - 12);
    byte[] damaged = whole.clone();
    damaged[whole.length - 6] ^= 1;
    for (byte[] body : List.of(half, damaged, "plain".getBytes(UTF_8))) {
      try (RawClient client = server.post("c", "Well?", false)) {
        server.upstream.next().respond(200, "application/json", body, "Content-Encoding", "gzip");
        RawResponse response = client.response();
        response.rest();
        assertEquals(424, response.status(), response::text);
      }
    }
    for (int status : new int[] {200, 429}) {
      try (RawClient client = server.post("c", "Well?", false)) {
        // In one write, as the connection is given up at the head.
        String answer = "HTTP/1.1 " + status + " X\r\nContent-Encoding: br\r\n\r\n?";
        server.upstream.next().respond(answer.getBytes(UTF_8));
        RawResponse response = client.response();
        assertEquals(status == 200, response.restText().contains("compressed"), response::text);
        assertEquals(status == 200 ? 424 : status, response.status());
      }
    }
    assertEquals(List.of("user:Well?"), server.stored("c"));
  }

  private void assertStatus(int expected, Consumer<Call> answer) {
    try (RawClient client = server.post("c", "Well?", false)) {
      answer.accept(server.upstream.next());
      RawResponse response = client.response();
      response.rest();
      assertEquals(expected, response.status(), response::text);
      assertTrue(response.json().path("error").path("message").isTextual());
      assertNull(response.header("Retry-After"));
    }
  }

  @Test
  void failureBehindAnAnswer_hasNoStatusThatClientsAskAgainFor() {
    String half = "{\"id\":\"x\",\"choices\":[";
    assertStatus(424, call -> send(call, head(200, "application/json"), half.getBytes(UTF_8), 9));
    assertStatus(
        424,
        call -> {
          call.raw("HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n" + half);
          call.cut();
        });
    assertStatus(424, call -> call.respondJson(200, "{\"choices\":[]}"));
    assertStatus(
        424,
        call -> {
          call.beginSse();
          call.sse(Completions.delta("Half"));
          call.cut();
        });
    // Where nothing was worked for, asking again costs nothing.
    assertStatus(502, call -> send(call, head(200, "application/json"), new byte[0], 9));
    assertStatus(
        502,
        call -> {
          call.beginSse();
          call.sse(Completions.role());
          call.cut();
        });
  }

  @Test
  void answerThatCannotBeStored_hasNoStatusThatClientsAskAgainFor() {
    try (RawClient client = server.post("c", "Well?", false)) {
      Call call = server.upstream.next();
      server.breakStore("append");
      call.respondJson(200, Completions.completion("Hi"));
      RawResponse response = client.response();
      response.rest();
      assertEquals(424, response.status());
      assertEquals("storage_error", response.json().path("error").path("code").asText());
    } finally {
      server.breakStore();
    }
  }
}
