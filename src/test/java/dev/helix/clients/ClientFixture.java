package dev.helix.clients;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.packaging.WarProcess;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Ports;
import dev.helix.scripted.Request;
import dev.helix.scripted.ScriptedUpstream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.opentest4j.TestAbortedException;

/** What a client is tried with: a WAR of its own, a scripted upstream, its program. */
@TestInstance(Lifecycle.PER_CLASS)
abstract class ClientFixture {
  static final Duration PATIENCE = Duration.ofSeconds(40);
  static final Duration NOTICED = Duration.ofSeconds(15);
  static final List<String> QUESTIONS =
      List.of("I am going to Rome.", "What shall I pack?", "And for rain?");

  @RegisterExtension final ClientReport report;
  final Client client;
  private final String origin = "http://127.0.0.1:" + Ports.free();
  final List<Request> requests = new CopyOnWriteArrayList<>();
  private Path sessions;
  ScriptedUpstream upstream;
  private WarProcess server;
  ClientProcess program;

  /** The id that the client gave the conversation that was asked last; null where it took ours. */
  private String ownId;

  ClientFixture(Client client) {
    this.client = client;
    this.report = new ClientReport(client);
  }

  @BeforeAll
  void startServer() throws IOException {
    if (client.missing().isPresent()) {
      return;
    }
    sessions = Files.createTempDirectory(Files.createDirectories(Client.HOME), "sessions-");
    upstream = ScriptedUpstream.startWithoutModels();
    Map<String, String> settings = new HashMap<>(settings());
    settings.put("HELIX_UPSTREAM_URL", upstream.baseUrl().toString());
    settings.put("HELIX_CORS_ORIGINS", origin);
    server = WarProcess.start(settings, "--sessions", sessions.toString());
  }

  /** How the server is set up. */
  Map<String, String> settings() {
    return Map.of(
        "HELIX_CONVERSATION_HEADERS",
        "X-Conversation-ID, agents",
        // What is refused is looked for too.
        "HELIX_CONVERSATION_KEEP_REFUSED",
        "true",
        "HELIX_SSE_COMMIT_AFTER",
        "1s",
        "HELIX_SSE_COMMENT_INTERVAL",
        "1s");
  }

  @AfterAll
  void stopServer() {
    for (AutoCloseable one : new AutoCloseable[] {program, server, upstream}) {
      try {
        if (one != null) {
          one.close();
        }
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  @BeforeEach
  void startProgram() {
    Optional<String> missing = client.missing();
    if (missing.isPresent()) {
      throw new TestAbortedException("not run: " + missing.get());
    }
    requests.clear();
    upstream.forget();
    upstream.answerAlways(Model::title);
    if (program != null && !program.isIdle()) {
      program.close();
      program = null;
    }
    if (program == null) {
      program = ClientProcess.start(client, server.url(), origin);
      report.version(program.version());
    }
  }

  Heard heard() {
    Heard heard = program.heard();
    ownId = heard.conversation();
    return heard;
  }

  void raised(String words) {
    assertFalse(asksAgain(), "it asked again");
    Heard heard = heard();
    assertNotNull(heard.error(), "a part was taken for the whole: " + heard.text());
    if (!heard.error().contains(words)) {
      report.passed("in other words");
      System.out.println("in other words: " + heard.error());
    }
  }

  /** Whether the client asks once more before it raises anything; then it is refused. */
  private boolean asksAgain() {
    for (long end = System.nanoTime() + PATIENCE.toNanos(); System.nanoTime() < end; ) {
      if (program.hasHeard()) {
        return false;
      }
      Call again = upstream.poll(Duration.ofMillis(50));
      if (again != null) {
        again.respondJson(400, Completions.error("no tea left", "invalid_request", "tea"));
        return true;
      }
    }
    return false;
  }

  void answer() {
    upstream.answerAlways(
        request -> {
          if (request.method().equals("POST") && !Model.isTitle(request)) {
            requests.add(request);
          }
          return Model.reply(request);
        });
  }

  String ask(Question question) {
    program.ask(question);
    return heard().answer();
  }

  void assertStored(String conversation, List<String> expected) {
    stored(conversation, transcript -> transcript.said().equals(expected));
  }

  /** The transcript of a conversation, when it is as wanted; it has one branch. */
  Transcript stored(String conversation, Predicate<Transcript> wanted) {
    Transcript stored = Transcript.await(sessions, ownId == null ? conversation : ownId, wanted);
    assertTrue(stored.isOneBranch(), () -> "branches: " + stored.nodes());
    return stored;
  }

  /** How many messages but system ones were sent. */
  static int said(Request request) {
    int count = 0;
    for (JsonNode message : request.json().path("messages")) {
      count += message.path("role").asText().matches("system|developer") ? 0 : 1;
    }
    return count;
  }

  static String freshId() {
    return UUID.randomUUID().toString();
  }

  static Request last(List<Request> requests) {
    return requests.get(requests.size() - 1);
  }
}
