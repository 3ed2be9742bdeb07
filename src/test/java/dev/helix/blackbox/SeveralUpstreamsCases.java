package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Reply;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two upstreams with names, told apart by their paths, behind one server. */
@Check("ids, headers, models")
interface SeveralUpstreamsCases extends Fixture {
  /** The server, whose upstreams list their models and wait with all else for a script. */
  private Endpoint several() {
    Endpoint endpoint = servers().endpoint(Group.SEVERAL);
    endpoint
        .upstream()
        .answerAlways(
            request ->
                switch (request.path()) {
                  case "/v1/models" -> Reply.json(200, Completions.models("m", "org/m"));
                  case "/my-gpu/v1/models" -> Reply.json(200, Completions.models("m", "n"));
                  default -> null;
                });
    return endpoint;
  }

  private static String body(String model, boolean stream) {
    return "{\"stream\":%s,\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"
        .formatted(stream, model);
  }

  @ParameterizedTest
  @CsvSource({
    "m, /v1, sk-cloud, m",
    "org/m, /v1, sk-cloud, org/m",
    "n, /my-gpu/v1, sk-gpu, n",
    "my-gpu/m, /my-gpu/v1, sk-gpu, m",
    "cloud/other/x, /v1, sk-cloud, other/x",
  })
  default void modelSaysWhoIsAsked_forChatsAndForWhatPassesThrough(
      String model, String base, String key, String sent) {
    Endpoint endpoint = several();
    for (boolean stream : new boolean[] {true, false}) {
      try (RawClient client = RawClient.connect(endpoint.url())) {
        String id = Endpoint.freshId();
        client.post(Endpoint.CHAT, body(model, stream), "X-Conversation-ID", id);
        Call call = endpoint.upstream().next();
        assertEquals(base + "/chat/completions", call.request().path());
        assertEquals("Bearer " + key, call.request().header("Authorization"));
        assertEquals(body(sent, stream), new String(call.request().body(), StandardCharsets.UTF_8));
        if (stream) {
          call.beginSse();
          call.endWith(Completions.chunks("Hello"));
        } else {
          call.respondJson(200, Completions.completion("Hello"));
        }
        RawResponse response = client.response();
        assertTrue(response.restText().contains("Hello"));
        assertEquals(List.of("user:Hi", "assistant:Hello"), endpoint.stored("conv-" + id).said());
      }
    }
    try (RawClient client = RawClient.connect(endpoint.url())) {
      client.post("/v1/embeddings", "{\"input\":1.10,\"model\":\"" + model + "\"}");
      Call call = endpoint.upstream().next();
      assertEquals(base + "/embeddings", call.request().path());
      assertEquals("Bearer " + key, call.request().header("Authorization"));
      assertEquals(
          "{\"input\":1.10,\"model\":\"" + sent + "\"}",
          new String(call.request().body(), StandardCharsets.UTF_8));
      call.respondJson(200, "{}");
      assertEquals(200, client.response().status());
    }
  }

  @Test
  default void upload_goesToWhoHasTheModelOfItsForm() {
    Endpoint endpoint = several();
    String form =
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n"
            + "\u0000\u0001".repeat(100_000)
            + "\r\n--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n%s\r\n--b--\r\n";
    try (RawClient client = RawClient.connect(endpoint.url())) {
      client.request(
          "POST",
          "/v1/audio/transcriptions",
          form.formatted("my-gpu/whisper").getBytes(StandardCharsets.UTF_8),
          "Content-Type",
          "multipart/form-data; boundary=b");
      Call call = endpoint.upstream().next();
      assertEquals("/my-gpu/v1/audio/transcriptions", call.request().path());
      assertEquals(
          form.formatted("whisper"), new String(call.request().body(), StandardCharsets.UTF_8));
      call.respondJson(200, "{\"text\":\"Hi\"}");
      assertEquals("{\"text\":\"Hi\"}", client.response().restText());
    }
  }

  @Test
  default void listOfModels_isThatOfAll_andEachIsFoundByItsNames() {
    Endpoint endpoint = several();
    // A model that nobody has lets the lists be asked for.
    assertNotFound(endpoint, false);
    RawResponse list = RawClient.get(endpoint.url(), "/v1/models");
    assertEquals(
        List.of("m", "org/m", "my-gpu/m", "n"), list.json().path("data").findValuesAsText("id"));
    for (String id : List.of("m", "org/m", "my-gpu/m", "cloud/m", "cloud/org/m")) {
      RawResponse model = RawClient.get(endpoint.url(), "/v1/models/" + id);
      assertEquals(200, model.status(), id);
      assertEquals(id, model.json().path("id").asText());
    }
    Errors.check(404, "model_not_found", RawClient.get(endpoint.url(), "/v1/models/my-gpu/org/m"));
  }

  @Test
  default void modelThatNobodyHas_isNotFound_andNobodyIsAsked() {
    Endpoint endpoint = several();
    assertNotFound(endpoint, true);
    assertNotFound(endpoint, false);
    Errors.check(
        404,
        "model_not_found",
        RawClient.exchange(
            endpoint.url(),
            "POST",
            "/v1/embeddings",
            "{\"model\":\"nobody/x\"}".getBytes(StandardCharsets.UTF_8),
            "Content-Type",
            "application/json"));
    assertNull(endpoint.upstream().poll(Duration.ofMillis(10)));
  }

  private static void assertNotFound(Endpoint endpoint, boolean stream) {
    RawResponse response = endpoint.post(body("nobody/x", stream));
    Errors.check(404, "model_not_found", response);
    String message = response.json().path("error").path("message").asText();
    assertTrue(message.contains("'nobody/x'") && message.contains("cloud, my-gpu"), message);
  }
}
