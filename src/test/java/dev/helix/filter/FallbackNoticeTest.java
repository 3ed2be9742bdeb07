package dev.helix.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.SessionManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Agents that name no conversation. */
class FallbackNoticeTest {
  private static final String PLAIN = "{'messages':[{'role':'user','content':'Hallo'}]}";
  private static final String TOOLS =
      "{'messages':[{'role':'user','content':'Hallo'}],'tools':[{}]}";
  private static final String QWEN =
      "{'role':'user','content':'This is the Qwen Code. We are setting up the context for our"
          + " chat. Today is Monday.'},{'role':'assistant','content':'Got it.'}";
  private static final String AIDER =
      "{'role':'user','content':'Change get_factorial() to use math.factorial'},"
          + "{'role':'assistant','content':'So:'},"
          + "{'role':'user','content':'I switched to a new code base. Please don\\u0027t"
          + " consider the above files or try to edit them any longer.'},"
          + "{'role':'assistant','content':'Ok.'}";

  @TempDir Path sessions;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Logger logger = Logger.getLogger(ConversationFilter.class.getName());
  private final Handler handler = new Lines();
  private SessionManager manager;
  private TestServer server;

  private final class Lines extends Handler {
    @Override
    public void publish(LogRecord record) {
      if (record.getLevel().equals(Level.WARNING)) {
        lines.add(new SimpleFormatter().formatMessage(record));
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @BeforeEach
  void start() throws Exception {
    logger.addHandler(handler);
    manager = TestSessions.open(sessions);
    server =
        new TestServer()
            .filter(new ConversationFilter(manager, FilterSettings.defaults()), "/*")
            .endpoint("/*", (request, response) -> response.setStatus(204))
            .start();
  }

  @AfterEach
  void stop() throws Exception {
    logger.removeHandler(handler);
    server.close();
    manager.close();
  }

  private String session(String userAgent, String body, String... header) throws IOException {
    RawHttp.Request request = RawHttp.post("/");
    if (userAgent != null) {
      request = request.header("User-Agent", userAgent);
    }
    if (header.length > 0) {
      request = request.header(header[0], header[1]);
    }
    return server.send(request.json(body.replace('\'', '"'))).header("X-Session-ID");
  }

  private static String chat(String preamble, String question) {
    return "{'messages':[{'role':'system','content':'S'},"
        + preamble
        + ",{'role':'user','content':'"
        + question
        + "'}]}";
  }

  @Test
  void agent_isWarnedOfOnce_byItsProduct() throws IOException {
    for (int i = 0; i < 3; i++) {
      String unused = session("QwenCode/0." + i + " (linux)", PLAIN);
      unused = session("OpenAI/Python 1." + i, TOOLS);
      unused = session(null, TOOLS);
    }
    assertEquals(3, lines.size(), lines::toString);
    assertTrue(lines.get(0).startsWith("QwenCode looks like an agent"), lines::toString);
    assertTrue(lines.get(1).startsWith("OpenAI looks like an agent"), lines::toString);
    assertTrue(lines.get(2).startsWith("a client without a User-Agent"), lines::toString);
    assertTrue(lines.get(0).contains("docs/clients.md"), lines::toString);
  }

  @Test
  void clientsThatAreNoAgents_andAgentsThatNameTheirChats_areNot() throws IOException {
    String unused = session("curl/8.5", PLAIN);
    unused = session("OpenAI/Python 1.0", PLAIN.replace("}]}", "}],'tools':[]}"));
    unused = session("QwenCode/1", TOOLS, "X-Conversation-ID", "a");
    assertEquals(List.of(), lines);
  }

  @Test
  void whateverAUserAgentSays_theLogIsNotFlooded_andHasOneLineEach() throws Exception {
    for (int i = 0; i < 100; i++) {
      String unused = session("agent" + i + "/1", TOOLS);
    }
    assertEquals(32, lines.size());
    lines.clear();
    try (TestServer other =
        new TestServer()
            .filter(new ConversationFilter(manager, FilterSettings.defaults()), "/*")
            .endpoint("/*", (request, response) -> response.setStatus(204))
            .start()) {
      other.send(
          RawHttp.post("/").header("User-Agent", "x".repeat(500)).json(TOOLS.replace('\'', '"')));
      other.send(
          RawHttp.post("/").header("User-Agent", "{0} \u00e9").json(TOOLS.replace('\'', '"')));
    }
    assertEquals(2, lines.size(), lines::toString);
    assertTrue(lines.get(0).startsWith("x".repeat(40) + " looks"), lines::toString);
    assertTrue(lines.get(1).startsWith("a client without"), lines::toString);
  }

  @Test
  void chatsThatBeginWithAnAgentsOwnWords_areToldApartByThePersons() throws IOException {
    for (String preamble : List.of(QWEN, AIDER)) {
      String one = session("x/1", chat(preamble, "One"));
      assertEquals(one, session("x/1", chat(preamble, "One")));
      assertEquals(one, session("x/1", PLAIN.replace("Hallo", "One")));
      assertNotEquals(one, session("x/1", chat(preamble, "Two")));
    }
    assertEquals(1, lines.size(), lines::toString);
  }

  @Test
  void kindOfClientThatBroughtNoTools_isNotLookedIntoForEver() throws IOException {
    for (int i = 0; i < 20; i++) {
      String unused = session("plain/1", PLAIN);
    }
    String unused = session("plain/1", TOOLS);
    assertEquals(List.of(), lines);
    unused = session("other/1", TOOLS);
    assertEquals(1, lines.size(), lines::toString);
  }

  @Test
  void requestOfNothingElse_isKnownByThat() throws IOException {
    String body = "{'messages':[" + QWEN + "]}";
    assertTrue(session("x/1", body).startsWith("this-is-the-"));
  }
}
