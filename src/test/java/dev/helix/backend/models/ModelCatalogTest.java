package dev.helix.backend.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.backend.upstream.UpstreamBackend;
import dev.helix.backend.upstream.UpstreamSettings;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.LoggedLines;
import dev.helix.scripted.Reply;
import dev.helix.scripted.ScriptedUpstream;
import dev.helix.scripted.Table;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Lists of models in the forms that upstreams give them, and what the log says of the first. */
class ModelCatalogTest {
  private static final Duration TIME = Duration.ofSeconds(5);

  private final ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1);
  private ScriptedUpstream upstream;
  private UpstreamBackend backend;
  private LoggedLines log;

  @BeforeEach
  void start() {
    upstream = ScriptedUpstream.start();
    log = LoggedLines.of(ModelCatalog.class.getName());
  }

  @AfterEach
  void stop() {
    log.close();
    backend.close();
    upstream.close();
    timers.shutdownNow();
  }

  private ModelCatalog catalog(URI url) {
    backend = new UpstreamBackend(new UpstreamSettings(url, null, TIME, TIME, 10), timers);
    return new ModelCatalog(backend, TIME, TIME, Runnable::run, timers);
  }

  private static List<String> ids(ModelCatalog catalog) {
    byte[] list = catalog.list().toCompletableFuture().join();
    return Json.read(list).path("data").findValuesAsText("id");
  }

  static Stream<Arguments> listOfAnyForm() {
    return Table.of(
        Completions.models("a", "b") + " → a,b",
        "[{\"id\":\"a\"},{\"id\":\"b\"}] → a,b",
        "[\"a\",\"b\"] → a,b",
        "[] → ",
        "{\"object\":\"list\",\"data\":null} → ",
        "{\"object\":\"list\",\"data\":[]} → ");
  }

  @ParameterizedTest
  @MethodSource
  void listOfAnyForm(String body, String ids) {
    upstream.answerAlways(request -> Reply.json(200, body));
    assertEquals(ids, String.join(",", ids(catalog(upstream.baseUrl()))));
    assertEquals(List.of(), log.all());
  }

  static Stream<Arguments> startOfAnApplication_saysWhatTheUpstreamHas() {
    return Table.of(
        "200 → " + Completions.models("a", "b", "c") + " → lists 3 models",
        "200 → {\"data\":null} → lists 0 models",
        "200 → {} → it is no list",
        "404 → {} → answered /models with 404",
        "401 → {\"error\":{\"message\":\"key\"}} → answered /models with 401");
  }

  @ParameterizedTest
  @MethodSource
  void startOfAnApplication_saysWhatTheUpstreamHas(int status, String body, String words) {
    upstream.answerAlways(request -> Reply.json(status, body));
    catalog(upstream.baseUrl()).announce();
    String line = log.await(words);
    assertTrue(line.contains("the upstream at " + upstream.baseUrl()), line);
    assertEquals(1, log.all().size());
  }

  @Test
  void failureAtTheStart_countsForNothing() {
    ModelCatalog catalog = catalog(upstream.baseUrl());
    upstream.answerAlways(request -> Reply.json(404, "{}"));
    catalog.announce();
    log.await("404");
    upstream.answerAlways(request -> Reply.json(200, Completions.models("a")));
    assertEquals(List.of("a"), ids(catalog));
  }

  @Test
  void callersOfTheFirstLook_haveTheBackendAskedAgain_whereItFails() {
    ModelCatalog catalog = catalog(upstream.baseUrl());
    catalog.announce();
    Call first = upstream.next();
    CompletableFuture<byte[]> caller = catalog.list().toCompletableFuture();
    first.respondJson(404, "{}");
    upstream.next().respondJson(200, Completions.models("a"));
    assertEquals("a", Json.read(caller.join()).path("data").path(0).path("id").asText());
  }

  @Test
  void upstreamThatIsDownAtTheStart_isSaid() {
    catalog(ScriptedUpstream.refusing()).announce();
    log.await("can't be reached");
  }

  @Test
  void upstreamThatStaysDown_isSaidOnce_andAskedOnceASecond() {
    AtomicInteger asked = new AtomicInteger();
    upstream.answerAlways(
        request -> {
          asked.incrementAndGet();
          return Reply.json(500, "{}");
        });
    ModelCatalog catalog = catalog(upstream.baseUrl());
    long begin = System.nanoTime();
    while (asked.get() < 3) {
      assertEquals(List.of(), ids(catalog));
    }
    assertTrue(System.nanoTime() - begin >= 2_000_000_000L);
    assertEquals(1, log.warnings().size(), log.all().toString());
  }

  @Test
  void bodyBesideTheForms_isNoList() {
    for (String body : List.of("null", "7", "{}", "{\"data\":7}", "", "<html>")) {
      upstream.answerAlways(request -> Reply.json(200, body));
      assertEquals(List.of(), ids(catalog(upstream.baseUrl())), body);
      backend.close();
    }
    assertEquals(6, log.all().size());
  }
}
