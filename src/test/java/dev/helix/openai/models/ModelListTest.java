package dev.helix.openai.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.backend.models.ModelCatalog;
import dev.helix.blackbox.WholeApplication;
import dev.helix.scripted.Completions;
import dev.helix.scripted.LoggedLines;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Reply;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The list of models while the upstream takes its requests and does not answer. */
class ModelListTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(4);

  @TempDir Path sessions;
  private WholeApplication application;

  private void start(String cache) throws Exception {
    try (LoggedLines log = LoggedLines.of(ModelCatalog.class.getName())) {
      application =
          new WholeApplication(
              sessions,
              Map.of(
                  "helix.timeout.models", TIMEOUT.toSeconds() + "s", "helix.models.cache", cache));
      // It has asked for the list when it started, and was told that there is none.
      log.await("404");
    }
    application.upstream().scriptModels();
  }

  @AfterEach
  void stop() throws Exception {
    application.close();
  }

  private List<String> models() {
    RawResponse response = RawClient.get(application.url(), "/v1/models");
    assertEquals(200, response.status(), response::text);
    return response.json().path("data").findValuesAsText("id");
  }

  private static Duration since(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  @Test
  void blackHole_onlyTheFirstCallWaitsForTheTimeout_andTheUpstreamIsAskedOnce() throws Exception {
    start("1ms");
    assertEquals(List.of(), models());
    application.upstream().next();
    for (int i = 0; i < 2; i++) {
      long start = System.nanoTime();
      while (application.upstream().poll(Duration.ofMillis(50)) == null) {
        long call = System.nanoTime();
        assertEquals(List.of(), models());
        assertTrue(since(call).compareTo(TIMEOUT.dividedBy(2)) < 0, "a call took " + since(call));
      }
      assertTrue(since(start).toMillis() >= 900, "asked again after " + since(start));
    }
  }

  @Test
  void whileTheUpstreamIsAskedAfterAFailure_othersGetTheLastKnownListAtOnce() throws Exception {
    start("1ms");
    application.upstream().answerAlways(request -> Reply.json(200, Completions.models("m")));
    assertEquals(List.of("m"), models());
    application.upstream().answerAlways(request -> null);
    assertEquals(List.of("m"), models());
    application.upstream().next();
    List<RawClient> callers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      RawClient caller = RawClient.connect(application.url());
      caller.request("GET", "/v1/models/m", new byte[0]);
      callers.add(caller);
    }
    for (RawClient caller : callers) {
      RawResponse response = caller.deadline(TIMEOUT.dividedBy(2)).response();
      assertEquals(200, response.status());
      response.rest();
      assertEquals("m", response.json().path("id").asText());
      caller.close();
    }
    assertNull(application.upstream().poll(Duration.ZERO), "asked within a second of the failure");
  }

  @Test
  void upstreamThatAnswersAgain_isHeardByTheFirstWhoAsksASecondLater() throws Exception {
    start("10m");
    assertEquals(List.of(), models());
    application.upstream().next();
    application.upstream().answerAlways(request -> Reply.json(200, Completions.models("back")));
    long start = System.nanoTime();
    List<String> list = models();
    while (list.isEmpty() && since(start).toSeconds() < 10) {
      list = models();
    }
    assertEquals(List.of("back"), list);
  }
}
