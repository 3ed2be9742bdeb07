package dev.helix.backend.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.blackbox.WholeApplication;
import dev.helix.scripted.Completions;
import dev.helix.scripted.LoggedLines;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Reply;
import dev.helix.scripted.Request;
import dev.helix.scripted.ScriptedUpstream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The whole application before several scripted upstreams, each of which lists its models, answers
 * what else it is asked, and remembers it.
 */
final class Site implements AutoCloseable {
  /** What an upstream was asked, besides its list. */
  record Asked(String upstream, Request request) {
    String header(String name) {
      return request.header(name);
    }

    String body() {
      return new String(request.body(), StandardCharsets.UTF_8);
    }
  }

  final Map<String, ScriptedUpstream> upstreams = new LinkedHashMap<>();

  /** What each lists; without an entry it does not answer. */
  final Map<String, String> lists = new ConcurrentHashMap<>();

  final List<Asked> asked = new CopyOnWriteArrayList<>();
  final List<String> askedForLists = new CopyOnWriteArrayList<>();
  final LoggedLines log = LoggedLines.of("dev.helix");
  private WholeApplication application;

  /** Three upstreams, the last of which has its models by a setting; started and all heard of. */
  static Site ofThree(Path sessions) throws Exception {
    Site site =
        new Site()
            .with("local", "llama3:8b", "shared", "meta-llama/Llama-3")
            .with("cloud", "gpt-4o", "shared", "local/odd")
            .silent("fixed")
            .start(
                sessions,
                "helix.upstreams",
                "local, cloud, fixed",
                "helix.upstream.local.headers",
                "X-Trace",
                "helix.upstream.cloud.key",
                "sk-of-the-cloud",
                "helix.upstream.cloud.headers",
                "x-project, Accept",
                "helix.upstream.fixed.key",
                "sk-of-the-fixed",
                "helix.upstream.fixed.models",
                "tts-1, shared, tts-1");
    for (String name : List.of("local", "cloud")) {
      site.log.await(
          "the upstream " + name + " at " + site.upstreams.get(name).baseUrl() + " lists 3");
    }
    site.log.await("has 2 models by helix.upstream.fixed.models");
    return site;
  }

  /** An upstream that answers; with ids it lists them, without any its list is empty. */
  Site with(String name, String... models) {
    lists.put(name, Completions.models(models));
    return silent(name);
  }

  /** An upstream that does not answer when it is asked for its list. */
  Site silent(String name) {
    ScriptedUpstream upstream = ScriptedUpstream.start();
    upstreams.put(name, upstream);
    upstream.answerAlways(
        request -> {
          if (request.path().endsWith("/models")) {
            askedForLists.add(name);
            return lists.containsKey(name) ? Reply.json(200, lists.get(name)) : null;
          }
          asked.add(new Asked(name, request));
          return Reply.json(200, Completions.completion("I am " + name));
        });
    return this;
  }

  /** Starts the application; names and values are settings besides the upstreams' addresses. */
  Site start(Path sessions, String... namesAndValues) throws Exception {
    Map<String, String> settings = new HashMap<>();
    settings.put("helix.upstream.url", "");
    upstreams.forEach(
        (name, upstream) ->
            settings.put("helix.upstream." + name + ".url", upstream.baseUrl().toString()));
    for (int i = 0; i < namesAndValues.length; i += 2) {
      settings.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    application = new WholeApplication(sessions, settings);
    return this;
  }

  /** What was asked, once. */
  Asked onlyOne() {
    assertEquals(1, asked.size(), asked::toString);
    return asked.get(0);
  }

  /** Checks an error's status, code and form. */
  static void error(RawResponse response, int status, String code) {
    assertEquals(status, response.status(), response::text);
    JsonNode error = response.json().path("error");
    assertEquals(code, error.path("code").asText(), response::text);
    assertEquals(
        List.of("message", "type", "param", "code"),
        error.properties().stream().map(Map.Entry::getKey).toList());
  }

  RawResponse get(String path) {
    return RawClient.get(application.url(), path);
  }

  RawResponse post(String path, String json, String... headers) {
    return post(path, "application/json", json.getBytes(StandardCharsets.UTF_8), headers);
  }

  RawResponse post(String path, String type, byte[] body, String... headers) {
    String[] all = new String[headers.length + 2];
    System.arraycopy(headers, 0, all, 2, headers.length);
    all[0] = "Content-Type";
    all[1] = type;
    return RawClient.exchange(application.url(), "POST", path, body, all);
  }

  RawClient client() {
    return RawClient.connect(application.url());
  }

  /** The ids that the application lists. */
  List<String> models() {
    return get("/v1/models").json().path("data").findValuesAsText("id");
  }

  void stopApplication() throws Exception {
    application.close();
  }

  @Override
  public void close() throws Exception {
    log.close();
    if (application != null) {
      application.close();
    }
    upstreams.values().forEach(ScriptedUpstream::close);
  }
}
