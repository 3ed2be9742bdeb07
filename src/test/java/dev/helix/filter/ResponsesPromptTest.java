package dev.helix.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.helix.session.Owner;
import dev.helix.session.OwnerScope;
import dev.helix.session.SessionManager;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Background prompts to the Responses API that no header names. */
class ResponsesPromptTest {
  private static final String ID = "X-OpenWebUI-Chat-Id";
  private static final String PROMPT =
      "'### Task:\\nName it.\\n<chat_history>\\nUSER: Hi\\n</chat_history>'";
  private static final String PART = "{'type':'input_text','text':" + PROMPT + "}";
  private static final String USER = "{'type':'message','role':'user','content':[" + PART + "]}";
  private static final String JSON_ONLY =
      "{'input':'### Task:\\nName three birds.\\n### Output:\\nJSON format: { }'}";
  private static final String MERGE =
      "'You have been provided with a set of responses from various models to the latest user"
          + " query: Hi\\n\\nResponses from models: a, b'";

  @TempDir Path sessions;
  private SessionManager manager;
  private ResponsesServer server;

  @BeforeEach
  void start() throws Exception {
    manager = TestSessions.open(sessions);
    server = new ResponsesServer(manager, OwnerScope.USER);
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    manager.close();
  }

  private Conversation asked(String body, String... headers) throws IOException {
    RawHttp.Response response = server.post(body, headers);
    ResponsesServer.Seen seen = server.seen();
    boolean kept = seen.conversation().isTurn() && seen.session() != null;
    assertEquals(kept ? seen.sessionId() : null, response.header("X-Session-ID"));
    return seen.conversation();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'model':'m','stream':false,'input':[" + USER + "]}",
        "{'input':[" + USER + "],'max_output_tokens':1000,'stream':null}",
        "{'input':" + PROMPT + "}",
        "{'input':[{'role':'user','content':" + PROMPT + "}],'tools':[{'type':'x'}]}",
        "{'instructions':'Be kind.','input':[" + USER + "]}",
        "{'input':[{'role':'system','content':'Be kind.'}," + USER + "]}",
        "{'instructions':'Available Tools: []\\nAnswer so:\\n{\\n \\'tool_calls\\': []\\n}',"
            + "'input':'Query: Hi'}"
      })
  void lonePromptThatIsNotStreamed_isOne(String body) throws IOException {
    assertEquals(new Conversation("chat", "chat", "detected"), asked(body, ID, "chat"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'input':[" + USER + "],'stream':true}",
        "{'stream':1,'input':[" + USER + "]}",
        "{'input':'Name it.'}",
        "{'input':[" + USER + "," + USER + "]}",
        "{'input':[" + USER + "],'input':[" + USER + "]}",
        "{'input':[{'role':'user','content':'Hi'},{'role':'assistant','content':'Ho'},"
            + USER
            + "]}",
        "{'input':[{'type':'reasoning','summary':[]}," + USER + "]}",
        "{'input':[{'type':'message','role':'assistant','content':[" + PART + "]}]}",
        "{'input':[7]}",
        "{'input':[]}",
        "{'input':null,'instructions':" + PROMPT + "}",
        JSON_ONLY
      })
  void everythingElse_isATurn(String body) throws IOException {
    assertEquals(new Conversation("chat", "chat", null), asked(body, ID, "chat"));
  }

  @Test
  void promptThatQuotesNoChat_isOne_onceAConversationIsStored() throws IOException {
    server.keep(Owner.ANONYMOUS, "chat");
    assertEquals("detected", asked(JSON_ONLY, ID, "chat").task());
    assertNull(asked("{'input':'Name three birds.'}", ID, "chat").task());
  }

  @Test
  void headerThatSaysTheKind_decides() throws IOException {
    String task = "X-OpenWebUI-Task";
    String body = "{'input':[" + USER + "]}";
    assertNull(asked(body, ID, "chat", task, "").task());
    assertEquals("title_generation", asked(body, ID, "chat", task, "title_generation").task());
  }

  @Test
  void mergedAnswers_whichNameNoChat_makeNoSession() throws IOException {
    String body = "{'stream':true,'input':" + MERGE + "}";
    server.post(body, "X-OpenWebUI-User-Id", "ann");
    ResponsesServer.Seen seen = server.seen();
    assertEquals("detected", seen.conversation().task());
    assertNull(seen.session());
    assertNull(asked(body).task());
  }
}
