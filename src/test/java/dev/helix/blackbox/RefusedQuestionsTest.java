package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conversations whose first question the upstream refuses, and what stays of them. */
class RefusedQuestionsTest {
  private static final String PATH = "/v1/chat/completions";
  private static final String[] IDS = {
    "X-Conversation-ID", "trip",
    "X-OpenWebUI-User-Message-Id", "u1",
    "X-OpenWebUI-Message-Id", "a1"
  };

  @TempDir Path folder;
  private WholeApplication application;

  private void start(Map<String, String> settings) throws Exception {
    application = new WholeApplication(folder.resolve("sessions"), settings);
  }

  @AfterEach
  void stop() throws Exception {
    application.close();
  }

  private RawClient ask(boolean stream, String... said) {
    return ask(stream, List.of("X-Conversation-ID", "trip"), said);
  }

  private RawClient ask(boolean stream, List<String> headers, String... said) {
    ObjectNode body = Json.object().put("model", "m").put("stream", stream);
    for (int i = 0; i < said.length; i++) {
      body.withArray("messages").add(Json.message(i % 2 == 0 ? "user" : "assistant", said[i]));
    }
    RawClient client = RawClient.connect(application.url());
    client.post(PATH, body.toString(), headers.toArray(String[]::new));
    return client;
  }

  private RawResponse refused(RawClient sent, Consumer<Call> answer) {
    try (RawClient client = sent) {
      answer.accept(application.upstream().next());
      RawResponse response = client.response();
      response.rest();
      return response;
    }
  }

  private static void refuse(Call call) {
    call.respondJson(401, Completions.error("no such key", "auth", "key"));
  }

  private static void answer(Call call) {
    call.respondJson(200, Completions.completion("Fine"));
  }

  private StoredSession trip() {
    return new StoredSession(folder.resolve("sessions"), "conv-trip");
  }

  /** What is in the sessions folder, but for what is there without any session. */
  private List<String> names() throws IOException {
    try (Stream<Path> all = Files.list(folder.resolve("sessions"))) {
      return all.map(path -> path.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {302, 400, 401, 404, 429, 500, 503})
  void firstQuestionThatIsRefused_leavesNoSession(int status) throws Exception {
    start(Map.of());
    for (boolean stream : new boolean[] {false, true}) {
      RawResponse response =
          refused(
              ask(stream, "Hallo"),
              call -> call.respondJson(status, Completions.error("no", "t", "c")));
      assertEquals(status == 302 ? 502 : status, response.status());
      assertEquals("conv-trip", response.header("X-Session-ID"));
      assertEquals(List.of(), names());
    }
    refused(ask(false, "Hallo"), RefusedQuestionsTest::answer);
    assertEquals(List.of("user:Hallo", "assistant:Fine"), trip().said());
  }

  @Test
  void errorInPlaceOfAnAnswer_underAStatusOfSuccess_isARefusalToo() throws Exception {
    start(Map.of());
    String error = Completions.error("no", "t", "c");
    refused(ask(false, "Hallo"), call -> call.respondJson(200, error));
    assertEquals(List.of(), names());
    refused(
        ask(true, "Hallo"),
        call -> {
          call.beginSse();
          call.sse(error);
          call.end();
        });
    assertEquals(List.of(), names());
  }

  @Test
  void upstreamThatCannotBeReached_leavesNoSession() throws Exception {
    start(Map.of());
    application.upstream().down();
    try (RawClient client = ask(false, "Hallo")) {
      assertEquals(502, client.response().status());
    }
    assertEquals(List.of(), names());
    application.upstream().up();
    refused(ask(false, "Hallo"), RefusedQuestionsTest::answer);
    assertEquals(2, trip().said().size());
  }

  @Test
  void questionThatIsRefusedLate_andWasForced_leavesNoSession() throws Exception {
    start(Map.of());
    try (RawClient client = ask(true, "Hallo")) {
      Call call = application.upstream().next();
      trip().await("the question", session -> session.said().size() == 1);
      // Longer than a question waits to be forced; nothing tells when that was done.
      assertNull(application.upstream().poll(Duration.ofMillis(100)));
      refuse(call);
      assertEquals(401, client.response().status());
    }
    assertEquals(List.of(), names());
  }

  @Test
  void withTheIdsOfAClient_noEmptyAnswerStays() throws Exception {
    start(Map.of());
    refused(ask(false, List.of(IDS), "Hallo"), RefusedQuestionsTest::refuse);
    assertEquals(List.of(), names());
    refused(ask(false, List.of(IDS), "Hallo"), RefusedQuestionsTest::answer);
    assertEquals(List.of("user:Hallo", "assistant:Fine"), trip().said());
  }

  @Test
  void whereItIsAskedFor_theQuestionStays() throws Exception {
    start(Map.of("helix.conversation.keep.refused", "true"));
    refused(ask(false, "Hallo"), RefusedQuestionsTest::refuse);
    assertEquals(List.of("user:Hallo"), trip().said());
  }

  @Test
  void laterQuestionThatIsRefused_stays() throws Exception {
    start(Map.of());
    refused(ask(false, "Hallo"), RefusedQuestionsTest::answer);
    refused(ask(false, "Hallo", "Fine", "And now?"), RefusedQuestionsTest::refuse);
    assertEquals(List.of("user:Hallo", "assistant:Fine", "user:And now?"), trip().said());
  }

  @Test
  void answerThatBreaksOff_orTime_isNoRefusal() throws Exception {
    start(Map.of("helix.timeout.first-byte", "300ms"));
    try (RawClient client = ask(false, "Hallo")) {
      Call call = application.upstream().next();
      assertEquals(504, client.response().status());
      call.awaitClosedByPeer(Duration.ofSeconds(5));
    }
    assertEquals(List.of("user:Hallo"), trip().said());
  }

  @Test
  void twoModelsSideBySide_ofWhichOneIsRefused_loseNothing() throws Exception {
    start(Map.of());
    for (boolean firstIsRefused : new boolean[] {true, false}) {
      String id = "both-" + firstIsRefused;
      List<String> one =
          List.of(
              "X-Conversation-ID", id,
              "X-OpenWebUI-User-Message-Id", "u1",
              "X-OpenWebUI-Message-Id", "a1");
      List<String> other =
          List.of(
              "X-Conversation-ID", id,
              "X-OpenWebUI-User-Message-Id", "u1",
              "X-OpenWebUI-Message-Id", "a2");
      try (RawClient first = ask(false, one, "Hallo")) {
        Call firstCall = application.upstream().next();
        try (RawClient second = ask(false, other, "Hallo")) {
          Call secondCall = application.upstream().next();
          refuse(firstIsRefused ? firstCall : secondCall);
          RawClient gone = firstIsRefused ? first : second;
          assertEquals(401, gone.response().status());
          answer(firstIsRefused ? secondCall : firstCall);
          RawClient stays = firstIsRefused ? second : first;
          assertEquals(200, stays.response().status());
        }
      }
      StoredSession session = new StoredSession(folder.resolve("sessions"), "conv-" + id);
      assertEquals("user:Hallo", session.said().get(0));
      assertEquals(List.of("Fine"), session.answers("completed"));
    }
  }

  @Test
  void questionWithoutIds_thatIsSentTwiceAtOnce_isKeptForTheOneThatIsAnswered() throws Exception {
    start(Map.of());
    try (RawClient first = ask(false, "Hallo")) {
      Call firstCall = application.upstream().next();
      try (RawClient second = ask(false, "Hallo")) {
        Call secondCall = application.upstream().next();
        refuse(firstCall);
        assertEquals(401, first.response().status());
        assertTrue(trip().exists());
        answer(secondCall);
        assertEquals(200, second.response().status());
      }
    }
    assertEquals(List.of("user:Hallo", "assistant:Fine"), trip().said());
  }

  @Test
  void noteThatAnApplicationHasKept_keepsTheSession() throws Exception {
    start(Map.of());
    try (RawClient client = ask(false, "Hallo")) {
      Call call = application.upstream().next();
      trip().await("the question", session -> session.said().size() == 1);
      Files.writeString(folder.resolve("sessions/conv-trip/context/why.md"), "Because");
      refuse(call);
      assertEquals(401, client.response().status());
    }
    assertEquals(List.of("user:Hallo"), trip().said());
  }

  @Test
  void refusedQuestions_areForgottenAfterARestartToo() throws Exception {
    start(Map.of());
    refused(ask(false, "Hallo"), RefusedQuestionsTest::refuse);
    application.close();
    start(Map.of());
    assertFalse(trip().exists());
    refused(ask(false, "Hallo"), RefusedQuestionsTest::answer);
    assertEquals(2, trip().said().size());
  }
}
