package dev.helix.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.helix.filter.FilterSettings.Fallback;
import dev.helix.http.HeaderValues;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStatus;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConversationFilterTest {
  private static final String CHAT = "{\"messages\":[{\"role\":\"user\",\"content\":\"Hallo\"}]}";

  /** What the endpoint behind the filter saw of one request. */
  private record Seen(Conversation conversation, SessionState session, Object manager) {}

  @TempDir Path sessions;
  private final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
  private SessionManager manager;
  private TestServer server;

  @BeforeEach
  void start() throws Exception {
    manager = TestSessions.open(sessions);
    server =
        new TestServer()
            .filter(new ConversationFilter(manager, FilterSettings.defaults()), "/*")
            .endpoint("/*", this::record)
            .start();
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    manager.close();
    try (Stream<Path> folders = Files.list(sessions)) {
      assertEquals(
          List.of(),
          folders.filter(path -> !path.getFileName().toString().startsWith(".")).toList(),
          "the filter stores nothing");
    }
  }

  private void record(HttpServletRequest request, HttpServletResponse response) throws IOException {
    seen.add(
        new Seen(
            Conversation.of(request),
            (SessionState) request.getAttribute(SessionState.class.getName()),
            request.getAttribute(SessionManager.class.getName())));
    response.setStatus(204);
  }

  private Seen seen() {
    assertEquals(1, seen.size());
    return seen.remove();
  }

  @Test
  void conversationId_attachesItsSession_andNamesBothInTheResponse() throws Exception {
    RawHttp.Response response =
        server.send(RawHttp.post("/").header("X-Conversation-ID", "trip").json(CHAT));

    assertEquals(204, response.status());
    assertEquals("conv-trip", response.header("X-Session-ID"));
    assertEquals("trip", response.header("X-Conversation-ID"));
    Seen seen = seen();
    assertEquals(new Conversation("trip", "trip", null), seen.conversation());
    assertEquals("conv-trip", seen.session().sessionId().value());
    assertEquals(SessionStatus.NEW, seen.session().status());
    assertEquals("trip", seen.session().conversationId());
    assertEquals(manager, seen.manager());
  }

  @Test
  void getAndOtherMethods_haveASessionByTheirHeaderToo() throws Exception {
    RawHttp.Response response = server.send(RawHttp.get("/").header("X-Conversation-ID", "trip"));

    assertEquals("conv-trip", response.header("X-Session-ID"));
  }

  @Test
  void theStrongerHeaderWins_whateverTheirOrderOnTheWire() throws Exception {
    RawHttp.Response response =
        server.send(
            RawHttp.get("/")
                .header("X-OpenWebUI-Chat-Id", "weak")
                .header("x-conversation-id", "strong"));

    assertEquals("conv-strong", response.header("X-Session-ID"));
    assertEquals("strong", response.header("X-Conversation-ID"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "\t"})
  void emptyValueIsAbsent_theNextHeaderDecides_andIsEchoedAsConversationId(String empty)
      throws Exception {
    RawHttp.Response response =
        server.send(
            RawHttp.get("/")
                .header("X-Conversation-ID", empty)
                .header("X-OpenWebUI-Chat-Id", "  chat \t"));

    assertEquals("conv-chat", response.header("X-Session-ID"));
    assertEquals("chat", response.header("X-Conversation-ID"));
  }

  @Test
  void emptyValueBesideAnotherOfTheSameHeader_isNoRepetition() throws Exception {
    RawHttp.Response response =
        server.send(
            RawHttp.get("/").header("X-Conversation-ID", "").header("X-Conversation-ID", "a"));

    assertEquals("conv-a", response.header("X-Session-ID"));
  }

  @Test
  void badValueInAWeakerHeader_isIgnored() throws Exception {
    RawHttp.Response response =
        server.send(
            RawHttp.get("/")
                .header("X-Conversation-ID", "good")
                .header("X-OpenWebUI-Chat-Id", "a")
                .header("X-OpenWebUI-Chat-Id", "b"));

    assertEquals(204, response.status());
    assertEquals("conv-good", response.header("X-Session-ID"));
  }

  @Test
  void repeatedValue_isRefused_alsoWhenItIsTheSame() throws Exception {
    for (String second : List.of("b", "a")) {
      assertRefused(
          server.send(
              RawHttp.get("/")
                  .header("X-Conversation-ID", "a")
                  .header("X-Conversation-ID", second)));
    }
  }

  @Test
  void idOf512CodePoints_isServed_andOneMoreIsRefused() throws Exception {
    for (String one : List.of("a", bytesOf("é"), bytesOf("東"), bytesOf("😀"))) {
      RawHttp.Response response =
          server.send(RawHttp.get("/").header("X-Conversation-ID", one.repeat(512)));
      assertEquals(204, response.status());
      assertEquals(one.repeat(512), response.header("X-Conversation-ID"));
      assertEquals(512, seen().conversation().id().codePoints().count());

      assertRefused(server.send(RawHttp.get("/").header("X-Conversation-ID", one.repeat(513))));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\tb", "a\u0085b", "a\u00C2\u0085b", "\u00C2\u009F"})
  void controlCharacters_areRefused(String value) throws Exception {
    assertRefused(server.send(RawHttp.get("/").header("X-Conversation-ID", value)));
  }

  private void assertRefused(RawHttp.Response response) throws IOException {
    assertEquals(400, response.status());
    assertEquals("application/json", response.header("Content-Type"));
    JsonNode error = new ObjectMapper().readTree(response.body()).get("error");
    assertEquals("invalid_conversation_id", error.get("code").asText());
    assertEquals("X-Conversation-ID", error.get("param").asText());
    assertEquals("invalid_request_error", error.get("type").asText());
    assertNull(response.header("X-Session-ID"));
    assertNull(response.header("X-Conversation-ID"));
    assertTrue(seen.isEmpty());
  }

  @Test
  void valuesAreUtf8WhereTheyAreThat_elseLatin1_andTheEchoIsTheBytesThatCame() throws Exception {
    for (String id : List.of("zürich", "東京", "café 😀", "Ã¼")) {
      RawHttp.Response response =
          server.send(RawHttp.get("/").header("X-Conversation-ID", bytesOf(id)));
      assertEquals(bytesOf(id), response.header("X-Conversation-ID"));
      assertEquals(id, seen().conversation().id());
    }
    RawHttp.Response latin1 =
        server.send(RawHttp.get("/").header("X-Conversation-ID", "z\u00FCrich"));
    assertEquals("z\u00FCrich", latin1.header("X-Conversation-ID"));
    assertEquals("zürich", seen().conversation().id());
  }

  @Test
  void valueThatTheContainerDecodedAlready_isLeftAsItIs() {
    assertEquals("東京", HeaderValues.decode("東京"));
    assertEquals("é", HeaderValues.decode("é"));
    assertEquals("é", HeaderValues.decode("Ã©"));
  }

  @ParameterizedTest
  @CsvSource({"temporary:abc", "local:socket-1"})
  void temporaryChat_isHandedOnWithoutSession(String id) throws Exception {
    RawHttp.Response response =
        server.send(RawHttp.post("/").header("X-OpenWebUI-Chat-Id", id).json(CHAT));

    assertEquals(204, response.status());
    assertNull(response.header("X-Session-ID"));
    assertEquals(id, response.header("X-Conversation-ID"));
    Seen seen = seen();
    assertTrue(seen.conversation().temporary());
    assertFalse(seen.conversation().isTurn());
    assertNull(seen.session());
  }

  @Test
  void task_hasItsConversationsSession_butDoesNotNameIt() throws Exception {
    RawHttp.Response response =
        server.send(
            RawHttp.post("/")
                .header("X-OpenWebUI-Chat-Id", "chat")
                .header("X-OpenWebUI-Task", "title_generation")
                .json(CHAT));

    assertNull(response.header("X-Session-ID"));
    assertEquals("chat", response.header("X-Conversation-ID"));
    Seen seen = seen();
    assertEquals("title_generation", seen.conversation().task());
    assertFalse(seen.conversation().isTurn());
    assertEquals("conv-chat", seen.session().sessionId().value());
  }

  @Test
  void taskWithoutConversation_hasNoFallback() throws Exception {
    RawHttp.Response response =
        server.send(RawHttp.post("/").header("X-OpenWebUI-Task", "tags_generation").json(CHAT));

    assertNull(response.header("X-Session-ID"));
    Seen seen = seen();
    assertEquals(new Conversation(null, null, "tags_generation"), seen.conversation());
    assertNull(seen.session());
  }

  @Test
  void emptyTask_isATurn() throws Exception {
    RawHttp.Response response =
        server.send(
            RawHttp.post("/")
                .header("X-Conversation-ID", "chat")
                .header("X-OpenWebUI-Task", "")
                .json(CHAT));

    assertEquals("conv-chat", response.header("X-Session-ID"));
    assertTrue(seen().conversation().isTurn());
  }

  @Test
  void filtersWithOtherSettings_workSideBySideInOneApplication() throws Exception {
    try (TestServer two =
        new TestServer()
            .filter(filter(List.of("X-Chat-Id"), Fallback.NONE), "/none/*")
            .filter(filter(List.of("Helicone-Session-Id"), Fallback.RANDOM), "/random/*")
            .endpoint("/*", this::record)
            .start()) {
      RawHttp.Response none =
          two.send(RawHttp.post("/none/").header("X-Conversation-ID", "a").json(CHAT));
      assertNull(none.header("X-Session-ID"));
      assertNull(seen().session());

      RawHttp.Response chatId = two.send(RawHttp.get("/none/").header("X-Chat-Id", "a"));
      assertEquals("conv-a", chatId.header("X-Session-ID"));
      assertEquals("a", chatId.header("X-Conversation-ID"));
      seen();

      RawHttp.Response random = two.send(RawHttp.post("/random/").json(CHAT));
      assertTrue(random.header("X-Session-ID").matches("session-[0-9a-f]{32}"));
      assertNull(random.header("X-Conversation-ID"));
      assertEquals(random.header("X-Session-ID"), seen().session().sessionId().value());

      RawHttp.Response another = two.send(RawHttp.get("/random/"));
      assertTrue(another.header("X-Session-ID").matches("session-[0-9a-f]{32}"));
      assertFalse(another.header("X-Session-ID").equals(random.header("X-Session-ID")));
      seen();
    }
  }

  @Test
  void requestThatIsDispatchedAgain_isNotFilteredAgain_andKeepsItsSession() throws Exception {
    try (TestServer dispatching =
        new TestServer()
            .filter(filter(List.of("X-Conversation-ID"), Fallback.RANDOM), "/*")
            .endpoint(
                "/*",
                (request, response) -> {
                  AsyncContext async = request.startAsync();
                  if (request.getDispatcherType() == DispatcherType.ASYNC) {
                    record(request, response);
                    async.complete();
                  } else {
                    async.dispatch();
                  }
                })
            .start()) {
      RawHttp.Response response = dispatching.send(RawHttp.get("/"));

      assertEquals(204, response.status());
      assertEquals(response.header("X-Session-ID"), seen().session().sessionId().value());
      assertEquals(
          1, response.headers().stream().filter(line -> line.startsWith("X-Session-ID")).count());
    }
  }

  @Test
  void storeOutOfReach_isAnswered503_withoutSayingMore() throws Exception {
    try (SessionManager broken = new SessionManager(new BrokenStore(), Clock.systemUTC());
        TestServer failing =
            new TestServer()
                .filter(new ConversationFilter(broken, FilterSettings.defaults()), "/*")
                .endpoint("/*", this::record)
                .start()) {
      for (RawHttp.Request request :
          List.of(
              RawHttp.get("/").header("X-Conversation-ID", "trip"), RawHttp.post("/").json(CHAT))) {
        RawHttp.Response response = failing.send(request);

        assertEquals(503, response.status());
        assertNull(response.header("X-Session-ID"));
        assertTrue(response.body().contains("session_store_unavailable"), response.body());
        assertFalse(response.body().contains("secret"), response.body());
        assertTrue(seen.isEmpty());
      }
    }
  }

  private ConversationFilter filter(List<String> headers, Fallback fallback) {
    return new ConversationFilter(manager, new FilterSettings(headers, fallback, 1 << 20, 1 << 22));
  }

  /** A text as its UTF-8 bytes, one char for each. */
  private static String bytesOf(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }
}
