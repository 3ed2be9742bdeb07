package dev.helix.crash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.packaging.WarProcess;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.ScriptedUpstream;
import dev.helix.servers.PostgresServer;
import dev.helix.servers.SharedServers;
import dev.helix.servers.SharedStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The server is killed while it makes a response in the background: that has failed, its question
 * is there, and the next turn works.
 */
@ExtendWith(SharedServers.class)
class KilledBackgroundIT {
  private static final String PATH = "/v1/responses";

  @TempDir Path folder;

  @Test
  void folders() {
    check(
        new SharedStore(
            Map.of("helix.store", "files", "helix.sessions.dir", folder.toString()),
            () -> {},
            () -> {},
            () -> {}));
  }

  @Test
  void postgres(PostgresServer postgres) {
    check(SharedStore.of(postgres));
  }

  private static WarProcess start(SharedStore store, ScriptedUpstream upstream) {
    Map<String, String> environment = store.environment();
    environment.put("HELIX_UPSTREAM_URL", upstream.baseUrl().toString());
    environment.put("HELIX_HISTORY_LEASE", "1s");
    return WarProcess.start(environment);
  }

  private static RawClient ask(WarProcess server, String input, String previous) {
    var body = Json.object().put("model", Completions.MODEL).put("input", input);
    body.put("background", true).put("stream", true);
    if (previous != null) {
      body.put("previous_response_id", previous);
    }
    RawClient client = RawClient.connect(server.url());
    client.post(PATH, body.toString());
    return client;
  }

  private static String id(RawResponse response) {
    return Json.read(response.data().getBytes(UTF_8)).at("/response/id").asText();
  }

  private static void answer(Call call) {
    call.beginSse();
    Completions.chunks("Fine").forEach(call::sse);
    call.end();
  }

  private static String heard(WarProcess server, String path) {
    return RawClient.get(server.url(), PATH + path).text();
  }

  private static void check(SharedStore store) {
    try (ScriptedUpstream upstream = ScriptedUpstream.startWithoutModels()) {
      String first;
      String killed;
      try (WarProcess server = start(store, upstream)) {
        try (RawClient client = ask(server, "One", null)) {
          answer(upstream.next());
          RawResponse response = client.response();
          first = id(response);
          assertTrue(response.restText().endsWith("data: [DONE]\n\n"));
        }
        try (RawClient client = ask(server, "Two", first)) {
          Call call = upstream.next();
          call.beginSse();
          call.sse(Completions.delta("Half"));
          killed = id(client.response());
          server.kill();
        }
      }
      try (WarProcess server = start(store, upstream)) {
        // Where others share the store its end is known when the lease has run out.
        String end = heard(server, "/" + killed + "?stream=true");
        assertTrue(end.contains("event: response.failed"), end);
        JsonNode failed = Json.read(heard(server, "/" + killed).getBytes(UTF_8));
        assertEquals("failed", failed.path("status").asText());
        assertTrue(failed.path("background").asBoolean());
        assertTrue(heard(server, "/" + killed + "/input_items").contains("Two"));
        assertTrue(heard(server, "/" + first + "?stream=true").contains("\"delta\":\"Fine\""));
        goOn(server, upstream, first);
      }
    } finally {
      store.close().run();
    }
  }

  private static void goOn(WarProcess server, ScriptedUpstream upstream, String first) {
    try (RawClient client = ask(server, "Three", first)) {
      Call call = upstream.next();
      List<String> sent = new ArrayList<>();
      call.request().json().path("messages").forEach(m -> sent.add(m.path("content").asText()));
      assertEquals(List.of("One", "Fine", "Three"), sent);
      answer(call);
      assertTrue(client.response().restText().contains("response.completed"));
    }
  }
}
