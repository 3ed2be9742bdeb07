package dev.helix.openwebui;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.packaging.WarProcess;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Reply;
import dev.helix.scripted.Request;
import dev.helix.scripted.ScriptedUpstream;
import dev.helix.scripted.Tap;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The launched WAR with one header set-up, and an upstream that says what it said when a recording
 * was made. Recordings are played in their order of beginnings and ends. Not thread-safe.
 */
final class Replay implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration LEAVING = Duration.ofSeconds(20);

  private final HeaderSetup setup;
  private final ScriptedUpstream upstream = ScriptedUpstream.startWithoutModels();
  private final Map<Integer, Script> scripts = new ConcurrentHashMap<>();
  private final Map<Integer, Exchange> open = new HashMap<>();
  private final List<Call> left = new ArrayList<>();
  private final Set<String> stored = new TreeSet<>();
  private final Map<String, Set<String>> namedIn = new HashMap<>(); // by chat
  private final Map<String, ChatTree> wantedIn = new HashMap<>(); // by chat
  private final Sessions sessions;
  private final WarProcess server;

  private record Exchange(RawClient client, Call held) {}

  Replay(HeaderSetup setup, Path sessionsFolder) {
    this.setup = setup;
    this.sessions = new Sessions(sessionsFolder);
    upstream.answerAlways(this::answer);
    Map<String, String> environment = new HashMap<>(setup.serverEnvironment());
    environment.put("HELIX_UPSTREAM_URL", upstream.baseUrl().toString());
    environment.put("HELIX_UPSTREAM_HEADERS", Tap.NUMBER);
    // A caller who leaves is noticed by what is written, so that is written sooner.
    environment.put("HELIX_SSE_COMMENT_INTERVAL", "500ms");
    environment.put("HELIX_SSE_COMMIT_AFTER", "700ms");
    server = WarProcess.start(environment, "--sessions", sessionsFolder.toString());
  }

  private Reply answer(Request request) {
    return request.method().equals("GET")
        ? Reply.json(200, Completions.models("alpha", "beta"))
        : scripts.get(Integer.parseInt(request.header(Tap.NUMBER))).reply();
  }

  /** Plays a recording and gives what was different afterwards, step by step. */
  List<String> play(JsonNode recording) {
    scripts.clear();
    List<String> differences = new ArrayList<>();
    for (JsonNode step : recording.path("steps")) {
      for (JsonNode event : step.path("events")) {
        happen(event);
      }
      // What a person does next may come before our server has noticed that they left.
      left.forEach(call -> call.awaitClosedByPeer(LEAVING));
      left.clear();
      if (!step.path("chat").isNull()) {
        differences.addAll(compare(step));
      }
      Set<String> found = sessions.byConversation().keySet();
      if (!found.equals(stored)) {
        differences.add(step.path("name").asText() + ": sessions of " + found + ", not " + stored);
      }
    }
    return differences;
  }

  private void happen(JsonNode event) {
    int number = event.path("exchange").asInt();
    switch (event.path("moment").asText()) {
      case "begun" -> open.put(number, begin(number, event));
      case "ended" -> end(open.remove(number));
      case "left" -> leave(number, open.remove(number));
      default -> throw new IllegalArgumentException("no such moment: " + event);
    }
  }

  private Exchange begin(int number, JsonNode event) {
    Script script = event.hasNonNull("reply") ? Script.fromJson(event.path("reply")) : null;
    if (script != null) {
      scripts.put(number, script);
    }
    List<String> headers = new ArrayList<>(List.of("Content-Type", "application/json"));
    headers.addAll(List.of("Authorization", "Bearer " + OpenWebUi.CONNECTION_KEY));
    headers.addAll(List.of(Tap.NUMBER, "" + number));
    for (Map.Entry<String, JsonNode> header : event.path("headers").properties()) {
      headers.addAll(List.of(header.getKey(), header.getValue().asText()));
    }
    if (event.has("user")) {
      headers.addAll(List.of(UserJwt.HEADER, UserJwt.mint(event.path("user"))));
    }
    RawClient client = RawClient.connect(server.url());
    byte[] body =
        event.has("body")
            ? event.path("body").toString().getBytes(java.nio.charset.StandardCharsets.UTF_8)
            : new byte[0];
    client.request(
        event.path("method").asText(),
        event.path("path").asText(),
        body,
        headers.toArray(String[]::new));
    nameIds(event);
    if (script == null || !script.isHeld()) {
      return new Exchange(client, null);
    }
    Call call = upstream.next();
    script.begin(call);
    return new Exchange(client, call);
  }

  /** What a turn names, and that its chat is stored. */
  private void nameIds(JsonNode event) {
    JsonNode headers = event.path("headers");
    String chat = headers.path("X-OpenWebUI-Chat-Id").asText();
    if (event.path("body").path("stream").asBoolean() && !chat.isEmpty()) {
      Set<String> named = namedIn.computeIfAbsent(chat, unused -> new TreeSet<>());
      HeaderSetup.ID_HEADERS.forEach(name -> named.add(headers.path(name).asText()));
      if (!chat.startsWith("temporary:")) {
        stored.add(chat);
      }
    }
  }

  private static void end(Exchange exchange) {
    try (RawClient client = exchange.client()) {
      client.response().rest();
    }
  }

  // The person had read all that was said before they pressed the button.
  private void leave(int number, Exchange exchange) {
    int said = scripts.get(number).deltas().size();
    if (said > 0) {
      RawResponse response = exchange.client().response();
      for (int i = 0; i < said; ) {
        String data = response.data();
        if (data == null) {
          throw new AssertionError("the stream ended after " + i + " of " + said + " pieces");
        }
        i += isPiece(data) ? 1 : 0;
      }
    }
    exchange.client().leave();
    left.add(exchange.held());
  }

  /** Whether an event is a chunk of a chat completion, or says something of a response. */
  private static boolean isPiece(String data) {
    String type = Json.read(data).path("type").asText();
    return type.isEmpty() || type.endsWith(".delta");
  }

  private List<String> compare(JsonNode step) {
    String chat = step.path("chat").asText();
    Set<String> named = namedIn.getOrDefault(chat, Set.of());
    Comparison comparison = Comparison.valueOf(step.path("comparison").asText());
    ChatTree before = wantedIn.getOrDefault(chat, ChatTree.EMPTY);
    ChatTree wanted = comparison.wanted(before, ChatTree.fromJson(step.path("tree")));
    wantedIn.put(chat, wanted);
    ChatTree[] found = new ChatTree[1];
    boolean equal =
        sessions.await(
            PATIENCE,
            () -> {
              found[0] = sessions.tree(chat);
              return comparison.holds(setup, named, wanted, found[0]);
            });
    return equal
        ? List.of()
        : List.of(step.path("name").asText() + ":\nwanted\n" + wanted + "found\n" + found[0]);
  }

  @Override
  public void close() {
    open.values().forEach(exchange -> exchange.client().close());
    server.close();
    upstream.close();
  }
}
