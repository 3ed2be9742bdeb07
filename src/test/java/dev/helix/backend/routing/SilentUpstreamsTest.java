package dev.helix.backend.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Reply;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several upstreams of which some do not answer, answer late, or have other models than before. */
class SilentUpstreamsTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String EMBEDDINGS = "/v1/embeddings";

  @TempDir Path folder;
  private final Site site = new Site();

  @AfterEach
  void stop() throws Exception {
    site.close();
  }

  private RawResponse ask(String path, String model) {
    return site.post(path, question(model));
  }

  private static String question(String model) {
    return "{\"model\":\""
        + model
        + "\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"input\":\"x\"}";
  }

  private void answered(String upstream, String model) {
    RawResponse response = ask(CHAT, model);
    assertEquals(200, response.status(), response::text);
    assertTrue(response.text().contains("I am " + upstream), response.text());
  }

  private static JsonNode error(RawResponse response, int status, String code) {
    assertEquals(status, response.status(), response::text);
    assertEquals(code, response.json().path("error").path("code").asText(), response::text);
    return response.json().path("error");
  }

  private static Duration since(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  @Test
  void listThatIsSlow_holdsUpNobodyElse() throws Exception {
    site.silent("a-slow").with("b", "m").start(folder, "helix.timeout.models", "15s");
    site.log.await("the upstream b at");
    long start = System.nanoTime();
    answered("b", "m");
    answered("a-slow", "a-slow/m");
    assertEquals(200, ask(EMBEDDINGS, "m").status());
    assertTrue(since(start).toMillis() < 5_000, "it took " + since(start));
    assertEquals(List.of("m"), site.models());
    assertTrue(since(start).toMillis() < 10_000, "it took " + since(start));
    assertEquals(List.of("a-slow", "b"), site.askedForLists.stream().sorted().toList());
  }

  @Test
  void modelInNoList_whileOneCannotBeHad_isNot404_andTheMissingOneIsNamed() throws Exception {
    site.silent("slow").with("b", "m").start(folder, "helix.timeout.models", "1500ms");
    site.log.await("the upstream b at");
    for (String path : List.of(CHAT, EMBEDDINGS, CHAT)) {
      RawResponse response = ask(path, "other");
      JsonNode error = error(response, 503, "upstream_models_unknown");
      String message = error.path("message").asText();
      assertTrue(message.contains("of slow the list cannot be had"), message);
      assertTrue(message.contains("slow/other, or set helix.upstream.slow.models"), message);
      assertEquals("1", response.header("Retry-After"));
    }
    assertEquals(List.of(), site.asked);
    site.lists.put("slow", Completions.models("other"));
    long start = System.nanoTime();
    RawResponse later = ask(CHAT, "other");
    while (later.status() == 503 && since(start).toSeconds() < 20) {
      later = ask(CHAT, "other");
    }
    assertEquals(200, later.status(), later::text);
    error(ask(CHAT, "nobody"), 404, "model_not_found");
  }

  @Test
  void upstreamThatIsDown_isNamedWhereItIsAsked_andTheOthersGoOn() throws Exception {
    site.with("b", "m").with("down", "n").start(folder);
    site.log.await("the upstream down at");
    assertEquals(List.of("m", "n"), site.models());
    site.upstreams.get("down").down();
    for (String path : List.of(CHAT, EMBEDDINGS)) {
      JsonNode error = error(ask(path, "n"), 502, "upstream_unreachable");
      assertEquals("down: The upstream can't be reached.", error.path("message").asText());
    }
    String line = site.log.await("502 upstream_unreachable");
    assertTrue(line.contains("the upstream down at http://127.0.0.1:"), line);
    answered("b", "m");
    assertEquals(List.of("m", "n"), site.models(), "the last known list holds");
    site.upstreams.get("down").up();
    answered("down", "n");
  }

  @Test
  void upstreamThatIsDown_isInTheLogOnce_forEachRequestThatPassesThrough() throws Exception {
    site.with("b", "m").with("down", "n").start(folder);
    site.log.await("the upstream down at");
    site.upstreams.get("down").down();
    error(ask(EMBEDDINGS, "n"), 502, "upstream_unreachable");
    site.log.await("502 upstream_unreachable");
    List<String> lines =
        site.log.warnings().stream().filter(line -> line.contains("upstream_unreach")).toList();
    assertEquals(1, lines.size(), lines::toString);
    assertTrue(lines.get(0).startsWith("the upstream down at http://127.0.0.1:"), lines.get(0));
  }

  @Test
  void requestForWhichNobodyIsAsked_isNoWarning() throws Exception {
    site.with("b", "m").silent("c").start(folder, "helix.upstream.c.models", "n");
    site.log.await("the upstream b at");
    for (String path : List.of(CHAT, EMBEDDINGS)) {
      error(ask(path, "nobody"), 404, "model_not_found");
      site.log.await("nobody was asked: status 404: The model 'nobody' does not exist");
      error(ask(path, "c/x"), 404, "model_not_found");
      site.log.await("nobody was asked: status 404: The model 'c/x' does not exist");
      RawResponse twice = site.post(path, question("m").replaceFirst("\\{", "{\"Model\":\"n\","));
      assertEquals(400, twice.status(), twice::text);
      site.log.await("nobody was asked: status 400");
    }
    // The environment of a build may have settings that are none.
    assertEquals(
        List.of(), site.log.warnings().stream().filter(line -> line.contains("status")).toList());
  }

  @Test
  void errorsOfAnUpstream_areItsOwnWords_andTheLogSaysWhose() throws Exception {
    site.with("a", "x").with("b", "m").start(folder, "helix.upstream.b.key", "sk-geheim-of-b");
    site.log.await("the upstream b at");
    site.upstreams
        .get("b")
        .answerAlways(
            request ->
                Reply.json(
                    429, "{\"detail\":\"too fast: " + request.header("Authorization") + "\"}"));
    for (String path : List.of(CHAT, EMBEDDINGS)) {
      RawResponse response = ask(path, "m");
      assertEquals(429, response.status());
      assertTrue(response.text().contains("too fast: Bearer ***"), response.text());
    }
    String line = site.log.await("status 429");
    assertTrue(line.contains("the upstream b at http://127.0.0.1:"), line);
    assertFalse(String.join("\n", site.log.all()).contains("geheim"));
  }

  @Test
  void modelThatIsNew_isFound_thoughTheListsAreKeptForLong() throws Exception {
    site.with("a", "x").with("b").start(folder, "helix.models.cache", "10m");
    site.log.await("the upstream b at");
    error(ask(CHAT, "new"), 404, "model_not_found");
    site.lists.put("b", Completions.models("new"));
    long start = System.nanoTime();
    RawResponse response = ask(CHAT, "new");
    int asked = 0;
    while (response.status() == 404 && since(start).toSeconds() < 10) {
      response = ask(CHAT, "new");
      asked++;
    }
    assertEquals(200, response.status(), response::text);
    assertTrue(site.askedForLists.size() < 10 && asked > 10, "asked for lists once a second");
    assertEquals(List.of("x", "new"), site.models());
  }

  @Test
  void modelThatMoves_isFoundWhileOnlyChatsCome() throws Exception {
    site.with("a", "x").with("b", "m").start(folder, "helix.models.cache", "50ms");
    site.log.await("the upstream b at");
    answered("b", "m");
    site.lists.put("a", Completions.models("x", "m"));
    site.lists.put("b", Completions.models("x"));
    long start = System.nanoTime();
    while (!ask(CHAT, "m").text().contains("I am a") && since(start).toSeconds() < 10) {
      Thread.onSpinWait();
    }
    answered("a", "m");
    answered("a", "x");
  }

  @Test
  void callerWhoLeaves_whileTheListsAreAskedFor_isForgotten() throws Exception {
    site.silent("slow").with("b", "m");
    site.start(
        folder,
        "helix.timeout.models",
        "15s",
        "helix.sse.commit-after",
        "50ms",
        "helix.sse.comment-interval",
        "50ms");
    site.log.await("the upstream b at");
    String[] stored = {"X-Conversation-ID", "left", "X-Conversation-History", "stored"};
    RawClient client = site.client();
    client.post(CHAT, question("other").replaceFirst("\\{", "{\"stream\":true,"), stored);
    assertEquals(200, client.response().status());
    client.leave();
    // It comes to its turn when the one before is over.
    assertEquals(200, site.post(CHAT, question("m"), stored).status());
    site.lists.put("slow", Completions.models("other"));
    site.upstreams.get("slow").down();
    site.upstreams.get("slow").up();
    answered("slow", "slow/other");
    assertEquals(List.of("b", "slow"), site.asked.stream().map(Site.Asked::upstream).toList());
  }

  @Test
  void listOfEveryForm_countsAsItDoesForOne_andTheLogSaysWhatCame() throws Exception {
    site.with("bare").with("empty").with("none").with("texts");
    site.lists.put("bare", "[\"a\",{\"id\":\"b\"},{\"id\":7},{},{\"id\":\"\"}]");
    site.lists.put("empty", "{\"data\":null}");
    site.lists.put("none", "{}");
    site.lists.put(
        "texts", "{\"data\":[\"c\",{\"id\":\"a\",\"price\":1.10},\"a\"],\"has_more\":false}");
    site.start(folder);
    site.log.await("the upstream bare at " + site.upstreams.get("bare").baseUrl() + " lists 5");
    site.log.await("the upstream empty at");
    String none = site.log.await("from the upstream none at");
    assertTrue(none.contains("it is no list"), none);
    assertEquals(List.of("a", "b", "c", "texts/a"), site.models());
    assertTrue(site.get("/v1/models").text().contains("\"price\":1.10"));
    error(ask(CHAT, "nobody"), 503, "upstream_models_unknown");
  }

  @Test
  void withoutAnyList_aChatWithoutAModel_goesToTheFirst_asItCame() throws Exception {
    site.with("a").with("b").start(folder);
    site.log.await("the upstream b at");
    String body = "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    assertEquals(200, site.post(CHAT, body).status());
    assertEquals("a", site.asked.get(0).upstream());
    assertEquals(body, site.asked.get(0).body());
    assertEquals(List.of(), site.models());
  }

  @Test
  void oneUpstreamWithAName_isAskedByIt() throws Exception {
    site.with("only", "m").start(folder);
    site.log.await("the upstream only at");
    answered("only", "m");
    answered("only", "only/m");
    error(ask(CHAT, "other"), 404, "model_not_found");
  }

  @Test
  void stop_closesEveryUpstream_alsoWhereListsAreWaitedFor() throws Exception {
    site.silent("slow").silent("slower").with("b", "m");
    site.start(folder, "helix.shutdown.grace", "0s", "helix.timeout.models", "1h");
    site.log.await("the upstream b at");
    Call slow = site.upstreams.get("slow").next();
    Call slower = site.upstreams.get("slower").next();
    try (RawClient client = site.client()) {
      client.post(CHAT, question("other"), "X-Conversation-ID", "waits");
      while (!Files.exists(folder.resolve("conv-waits"))) {
        Thread.onSpinWait();
      }
      site.stopApplication();
      slow.awaitClosedByPeer(Duration.ofSeconds(10));
      slower.awaitClosedByPeer(Duration.ofSeconds(10));
      assertEquals(List.of(), site.asked);
    }
  }
}
