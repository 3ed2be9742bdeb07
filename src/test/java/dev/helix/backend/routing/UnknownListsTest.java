package dev.helix.backend.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.Completions;
import dev.helix.scripted.RawResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets a prompt while a list has not come, and how long that is waited for. */
class UnknownListsTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String EMBEDDINGS = "/v1/embeddings";
  private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";
  private static final String NO_MODEL = "{" + MESSAGES + "}";

  @TempDir Path folder;
  private final Site site = new Site();

  @AfterEach
  void stop() throws Exception {
    site.close();
  }

  private RawResponse ask(String path, String model) {
    return site.post(path, "{\"model\":\"" + model + "\"," + MESSAGES + ",\"input\":\"x\"}");
  }

  private RawResponse askUntil(String model, Predicate<RawResponse> done) {
    long start = System.nanoTime();
    RawResponse response = ask(CHAT, model);
    while (!done.test(response) && since(start).toSeconds() < 20) {
      response = ask(CHAT, model);
    }
    return response;
  }

  private static Duration since(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private void answered(String upstream, RawResponse response) {
    assertEquals(200, response.status(), response::text);
    assertTrue(response.text().contains("I am " + upstream), response.text());
  }

  @Test
  void whereTheOrderIsSet_nobodyIsAskedForWhatAnEarlierOneMayHave() throws Exception {
    site.silent("zeta").with("alpha", "m");
    site.start(folder, "helix.upstreams", "zeta, alpha", "helix.timeout.models", "1s");
    site.log.await("the upstream alpha at");
    for (String path : List.of(CHAT, EMBEDDINGS)) {
      RawResponse response = ask(path, "m");
      Site.error(response, 503, "upstream_models_unknown");
      assertEquals("1", response.header("Retry-After"));
      assertTrue(response.text().contains("set helix.upstream.zeta.models"), response.text());
    }
    for (String id : List.of("m", "nobody", "zeta/m")) {
      RawResponse response = site.get("/v1/models/" + id);
      Site.error(response, 503, "upstream_models_unknown");
      assertEquals("1", response.header("Retry-After"));
    }
    assertEquals(200, site.get("/v1/models/alpha/m").status());
    Site.error(site.get("/v1/models/alpha/other"), 404, "model_not_found");
    assertEquals(List.of(), site.asked);
    answered("alpha", ask(CHAT, "alpha/m"));
    answered("zeta", ask(CHAT, "zeta/m"));
    answered("zeta", site.post(CHAT, NO_MODEL));
    assertEquals(NO_MODEL, site.asked.get(2).body());
    assertEquals(List.of("m"), site.models());
    site.lists.put("zeta", Completions.models("m"));
    answered("zeta", askUntil("m", response -> response.status() == 200));
    assertEquals(List.of("m", "alpha/m"), site.models());
  }

  @Test
  void whereTheOrderIsSet_oneThatComesLaterKeepsNobodyWaiting() throws Exception {
    site.silent("alpha").with("zeta", "m");
    site.start(folder, "helix.upstreams", "zeta, alpha", "helix.timeout.models", "15s");
    site.log.await("the upstream zeta at");
    answered("zeta", ask(CHAT, "m"));
    answered("zeta", ask(EMBEDDINGS, "m"));
    answered("zeta", site.post(CHAT, NO_MODEL));
    assertTrue(site.asked.get(2).body().contains("\"m\""), site.asked.get(2).body());
  }

  @Test
  void whereTheOrderIsSet_modelsThatAreSet_areKnownFromTheStart() throws Exception {
    site.silent("zeta").with("alpha", "m", "own");
    site.start(folder, "helix.upstreams", "zeta, alpha", "helix.upstream.zeta.models", "m");
    site.log.await("the upstream alpha at");
    answered("zeta", ask(CHAT, "m"));
    answered("alpha", ask(CHAT, "own"));
  }

  @Test
  void withoutAnOrder_theFirstThatListsItIsAsked() throws Exception {
    site.silent("alpha").with("beta", "m").start(folder, "helix.timeout.models", "15s");
    site.log.await("the upstream beta at");
    answered("beta", ask(CHAT, "m"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "beta, alpha", "alpha, beta"})
  void nameOfAnUpstream_meansThatOne_whateverListsHaveCome(String order) throws Exception {
    site.silent("alpha").with("beta", "m", "beta/whole");
    site.start(folder, "helix.upstreams", order, "helix.timeout.models", "1s");
    site.log.await("the upstream beta at");
    for (String id : List.of("beta/own", "beta/whole")) {
      answered("beta", ask(CHAT, id));
    }
    site.lists.put("alpha", Completions.models("n", "beta/own", "beta/m", "beta/whole"));
    answered("alpha", askUntil("n", response -> response.status() == 200));
    String line = site.log.await("which begins with the name of the upstream beta");
    assertTrue(line.contains("the upstream alpha at"), line);
    assertTrue(line.contains("alpha/\"beta/own\" asks this one"), line);
    site.asked.clear();
    for (String id : List.of("beta/own", "beta/whole", "alpha/beta/own")) {
      answered(id.substring(0, id.indexOf('/')), ask(CHAT, id));
    }
    assertEquals(
        List.of("own", "beta/whole", "beta/own"),
        site.asked.stream().map(asked -> asked.request().json().path("model").asText()).toList());
    List<String> models = site.models();
    assertTrue(models.containsAll(List.of("alpha/beta/own", "alpha/beta/m", "m")), "" + models);
    assertTrue(models.contains("beta/whole") && !models.contains("beta/m"), "" + models);
    assertEquals(1, site.log.all().stream().filter(text -> text.contains("begins with")).count());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"object\":\"list\",\"data\":[{\"id\":\"x\"}]} trailing",
        "{\"data\":[{\"id\":\"x\"}]}{\"data\":[]}",
        "[\"x\"] ]",
        "{\"data\":[{\"id\":\"x\"}"
      })
  void badListOfOne_isNoList_andTheOthersGoOn(String bad) throws Exception {
    site.with("alpha", "a").with("beta", "b");
    site.lists.put("alpha", bad);
    site.start(folder, "helix.models.cache", "1ms");
    site.log.await("the upstream beta at");
    assertTrue(site.log.await("from the upstream alpha at").contains("it is no list"));
    answered("beta", ask(CHAT, "b"));
    assertEquals(List.of("b"), site.models());
    site.lists.put("alpha", Completions.models("a"));
    answered("alpha", askUntil("a", response -> response.status() == 200));
    site.lists.put("alpha", bad);
    assertEquals(List.of("a", "b"), site.models(), "the last known list holds");
    answered("alpha", ask(CHAT, "a"));
    answered("beta", ask(EMBEDDINGS, "b"));
  }

  @Test
  void listThatHangs_isWaitedForOnce_andNotByThoseWhoDoNotNeedIt() throws Exception {
    site.silent("alpha").with("beta", "m").start(folder, "helix.timeout.models", "1m");
    site.log.await("the upstream beta at");
    long start = System.nanoTime();
    for (int i = 0; i < 5; i++) {
      assertEquals(List.of("m"), site.models());
      answered("beta", site.post(CHAT, NO_MODEL));
      Site.error(ask(CHAT, "nobody"), 503, "upstream_models_unknown");
    }
    assertTrue(since(start).toMillis() < 4_000, "it took " + since(start));
  }

  @Test
  void newModel_isFoundInTheListThatHasIt_withoutWaitingForOneThatHangs() throws Exception {
    site.silent("alpha").with("beta", "m").start(folder, "helix.timeout.models", "1m");
    site.log.await("the upstream beta at");
    site.lists.put("beta", Completions.models("m", "new"));
    long start = System.nanoTime();
    answered("beta", askUntil("new", response -> response.status() == 200));
    assertTrue(since(start).toMillis() < 5_000, "it took " + since(start));
    assertFalse(site.asked.stream().anyMatch(asked -> asked.upstream().equals("alpha")));
  }
}
