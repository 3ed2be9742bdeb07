package dev.helix.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.packaging.WarProcess;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Ports;
import dev.helix.scripted.Reply;
import dev.helix.scripted.Request;
import dev.helix.scripted.ScriptedUpstream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.opentest4j.TestAbortedException;

/** What every client is tried with: a WAR of its own, a scripted upstream, its program. */
@TestInstance(Lifecycle.PER_CLASS)
abstract class ClientSuite {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final Duration NOTICED = Duration.ofSeconds(15);
  private static final Duration SILENCE = Duration.ofSeconds(8);
  private static final List<String> QUESTIONS =
      List.of("I am going to Rome.", "What shall I pack?", "And for rain?");

  @RegisterExtension final ClientReport report;
  private final Client client;
  private final String origin = "http://127.0.0.1:" + Ports.free();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private Path sessions;
  private ScriptedUpstream upstream;
  private WarProcess server;
  private ClientProcess program;

  /** The id that the client gave the conversation that was asked last; null where it took ours. */
  private String ownId;

  ClientSuite(Client client) {
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
    server =
        WarProcess.start(
            Map.of(
                "HELIX_UPSTREAM_URL",
                upstream.baseUrl().toString(),
                "HELIX_CORS_ORIGINS",
                origin,
                "HELIX_CONVERSATION_HEADERS",
                "X-Conversation-ID, agents",
                // What is refused is looked for too.
                "HELIX_CONVERSATION_KEEP_REFUSED",
                "true",
                "HELIX_SSE_COMMIT_AFTER",
                "1s",
                "HELIX_SSE_COMMENT_INTERVAL",
                "1s"),
            "--sessions",
            sessions.toString());
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

  @Test
  @Check(value = "three turns", order = 1)
  void threeTurns_whole() {
    threeTurns(false);
  }

  @Test
  @Check(value = "streamed", order = 2)
  void threeTurns_streamed() {
    threeTurns(true);
  }

  @Test
  @Check(value = "tools", order = 3)
  void tools_whole() {
    tools(false);
  }

  @Test
  @Check(value = "tools, streamed", order = 4)
  void tools_streamed() {
    tools(true);
  }

  @Test
  @Check(value = "silence first", order = 5)
  void silenceBeforeTheFirstChunk_isHeldOut() {
    silence(0);
  }

  @Test
  @Check(value = "silence within", order = 6)
  void silenceWithinTheAnswer_isHeldOut() {
    silence(2);
  }

  private void threeTurns(boolean stream) {
    answer();
    String conversation = freshId();
    List<String> expected = new ArrayList<>();
    for (String question : QUESTIONS) {
      assertEquals(Model.answer(question), ask(Question.of(conversation, question, stream)));
      expected.add("user: " + question);
      expected.add("assistant: " + Model.answer(question));
      assertEquals(stream, last(requests).json().path("stream").asBoolean());
      assertEquals(expected.size() - 1, said(last(requests)), "the messages that were sent");
    }
    assertStored(conversation, expected);
  }

  private void tools(boolean stream) {
    answer();
    String conversation = freshId();
    Question question = Question.of(conversation, "How is the weather?", stream).withTools();
    assertEquals("The report says: sunshine in Rome", ask(question));
    assertEquals(2, requests.size());
    Question thanks = Question.of(conversation, "Thank you.", stream);
    assertEquals(Model.answer("Thank you."), ask(thanks));
    assertStored(
        conversation,
        List.of(
            "user: How is the weather?",
            "assistant: → " + call(),
            "tool: sunshine in Rome",
            "assistant: The report says: sunshine in Rome",
            "user: Thank you.",
            "assistant: You said: Thank you."));
  }

  /** How the transcript has the call of a tool. */
  String call() {
    return "get_weather Rome";
  }

  /** Whether the client cannot ask for a whole answer. */
  boolean streamsOnly() {
    return false;
  }

  private void silence(int after) {
    String conversation = freshId();
    program.ask(Question.of(conversation, "Take your time.", true));
    Call call = upstream.next(PATIENCE);
    List<String> chunks = Completions.chunks("one ", "two ", "three ", "four");
    call.beginSse();
    chunks.subList(0, after).forEach(call::sse);
    assertTrue(staysOpen(call, SILENCE), "the caller left in the silence");
    chunks.subList(after, chunks.size()).forEach(call::sse);
    call.end();
    assertEquals("one two three four", heard().answer());
    assertStored(conversation, List.of("user: Take your time.", "assistant: one two three four"));
  }

  /** Whether the caller has not gone so long. */
  private static boolean staysOpen(Call call, Duration silence) {
    try {
      call.awaitClosedByPeer(silence);
      return false;
    } catch (AssertionError stillOpen) {
      return true;
    }
  }

  @Test
  @Check(value = "error", order = 7)
  void anErrorBeforeTheAnswer_isRaisedWithTheUpstreamsWords() {
    String error = Completions.error("no tea left", "invalid_request", "tea");
    upstream.answerAlways(
        request -> Model.isTitle(request) ? Model.reply(request) : Reply.json(400, error));
    for (boolean stream : streamsOnly() ? new boolean[] {true} : new boolean[] {false, true}) {
      String conversation = freshId();
      program.ask(Question.of(conversation, "Tea?", stream));
      Heard heard = heard();
      assertNotNull(heard.error(), "nothing was raised");
      assertTrue(heard.error().contains("no tea left"), heard::error);
      assertStored(conversation, List.of("user: Tea?"));
    }
  }

  @Test
  @Check(value = "late error", order = 8)
  void anErrorAfterTheHead_isRaised() {
    String conversation = freshId();
    program.ask(Question.of(conversation, "Tea?", true));
    Call call = upstream.next(PATIENCE);
    staysOpen(call, Duration.ofSeconds(2));
    try {
      call.respondJson(400, Completions.error("no tea left", "invalid_request", "tea"));
    } catch (UncheckedIOException e) {
      // The caller has raised another error, and has gone.
    }
    raised("no tea left");
    assertStored(conversation, List.of("user: Tea?"));
  }

  @Test
  @Check(value = "break", order = 9)
  void anAnswerThatBreaksOff_isNotTakenForAWholeOne() {
    String conversation = freshId();
    program.ask(Question.of(conversation, "Tea?", true));
    Call call = upstream.next(PATIENCE);
    call.beginSse();
    Completions.chunks("one ", "two ").subList(0, 3).forEach(call::sse);
    call.cut();
    raised("upstream");
    assertStored(conversation, List.of("user: Tea?", "assistant (failed): one two "));
  }

  @Test
  @Check(value = "cancel", order = 10)
  void aCancelledAnswer_isClosedUpstreamAndKept() {
    String conversation = freshId();
    program.ask(Question.of(conversation, "Count.", true).cancelledAt("three"));
    Call call = upstream.next(PATIENCE);
    call.beginSse();
    Completions.chunks("one ", "two ", "three ").subList(0, 4).forEach(call::sse);
    call.sse(Completions.delta("")); // Spring AI gives a chunk when the next one has come.
    assertTrue(heard().cancelled());
    call.awaitClosedByPeer(NOTICED);
    List<String> expected =
        new ArrayList<>(List.of("user: Count.", "assistant (cancelled): one two three "));
    assertStored(conversation, expected);
    answer();
    assertEquals("You said: Again.", ask(Question.of(conversation, "Again.", true)));
    expected.addAll(List.of("user: Again.", "assistant: You said: Again."));
    assertStored(conversation, expected);
  }

  private Heard heard() {
    Heard heard = program.heard();
    ownId = heard.conversation();
    return heard;
  }

  private void raised(String words) {
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

  private void answer() {
    upstream.answerAlways(
        request -> {
          if (request.method().equals("POST") && !Model.isTitle(request)) {
            requests.add(request);
          }
          return Model.reply(request);
        });
  }

  private String ask(Question question) {
    program.ask(question);
    return heard().answer();
  }

  private void assertStored(String conversation, List<String> expected) {
    String id = ownId == null ? conversation : ownId;
    Transcript stored = Transcript.await(sessions, id, t -> t.said().equals(expected));
    assertTrue(stored.isOneBranch(), () -> "branches: " + stored.nodes());
  }

  /** How many messages but system ones were sent. */
  private static int said(Request request) {
    int count = 0;
    for (JsonNode message : request.json().path("messages")) {
      count += message.path("role").asText().matches("system|developer") ? 0 : 1;
    }
    return count;
  }

  private static String freshId() {
    return UUID.randomUUID().toString();
  }

  private static Request last(List<Request> requests) {
    return requests.get(requests.size() - 1);
  }
}
