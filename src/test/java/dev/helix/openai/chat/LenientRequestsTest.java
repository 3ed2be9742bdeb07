package dev.helix.openai.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.Message;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.session.SessionId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that some upstream takes: forwarded as they came, recorded, and found when resent. */
class LenientRequestsTest {
  private static final String ID = "chat";
  private static final String CALL =
      "{'role':'assistant','content':null,'tool_calls':"
          + "[{'id':'c#','type':'function','function':{'name':'add','arguments':'{}'}}]}";

  @TempDir Path folder;
  private ChatServer server;

  @BeforeEach
  void start() throws Exception {
    server = new ChatServer(folder, Duration.ofSeconds(1));
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    assertEquals(0, server.budget.usedBytes());
  }

  private RawResponse turn(List<String> messages, String answer) {
    String sent = "{\"model\":\"m\",\"messages\":[" + String.join(",", messages) + "]}";
    try (RawClient client = RawClient.connect(server.url())) {
      client.post("/v1/chat/completions", sent, "X-Conversation-ID", ID);
      Call call = server.upstream.next();
      assertEquals(sent, new String(call.request().body(), StandardCharsets.UTF_8));
      call.respondJson(200, Completions.completion(answer));
      RawResponse response = client.response();
      response.rest();
      assertEquals(200, response.status(), response::text);
      return response;
    }
  }

  private List<Message> stored() {
    return server.sessions.transcript(new SessionId("conv-" + ID)).messages();
  }

  private void assertOneBranchOf(int size) {
    List<Message> stored = stored();
    String parent = null;
    for (Message message : stored) {
      assertEquals(parent, message.parentId(), stored::toString);
      parent = message.id();
    }
    assertEquals(size, stored.size(), stored::toString);
  }

  private static void add(List<String> messages, String form, int turn) {
    if (form != null) {
      messages.add(form.replace('\'', '"').replace("#", "" + turn));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "-",
      value = {
        // What stands first, what each turn brings, and how many of these messages are stored.
        "{'role':'system','content':'S'} | {'role':'system','content':'Turn #'} | 3",
        "{'role':'system','content':'S'} | {'role':'user','content':'Turn #'} | 3",
        "- | {'role':'critic','content':'Turn #'} | 3",
        "- | {'role':'User','content':'Turn #'} | 3",
        "- | {'role':'tool','tool_call_id':'c#','content':'Turn #'} | 3",
        "- | {'role':'tool','tool_call_id':#,'content':'Turn #'} | 3",
        "- | {'role':'function','name':'add','content':'Turn #'} | 3",
        "- | {'role':'user','content':[{'text':'Turn #'}]} | 3",
        "- | {'role':'user','content':[{'type':null,'text':'Turn #'}]} | 3",
        "- | {'role':'user','content':['Turn #']} | 3",
        "- | {'role':'user','content':['Turn','#',null]} | 3",
        "- | {'role':'user','content':['Turn #',{'type':'text','text':'!'}]} | 3",
        "- | {'role':'user','content':{'type':'text','text':'Turn #'}} | 3",
        "- | {'role':'user','content':{'text':'Turn #'}} | 3",
        "- | {'role':'user','content':{'a':#}} | 3",
        "- | {'role':'user','content':{'type':'image_url','image_url':{'url':'u#'}}} | 3",
        "- | {'role':'user','content':[{'type':'image_url','text':null,'image_url':{'url':'u#'}}]} | 3",
        "- | {'role':'user','content':[{'type':'text','text':null},{'type':'text','text':'#'}]} | 3",
        "- | {'role':'user','name':#,'content':'Hi'} | 3",
        "- | {'role':'user','name':null,'content':'Turn #','images':['aGk=']} | 3",
      })
  void form_isForwardedAsItCame_andAllOfItIsFoundWhenItIsResent(
      String first, String each, int stored) {
    List<String> messages = new ArrayList<>();
    add(messages, first, 0);
    for (int turn = 1; turn <= 3; turn++) {
      add(messages, each, turn);
      turn(messages, "Answer " + turn);
      add(messages, "{'role':'assistant','content':'Answer #'}", turn);
    }
    assertOneBranchOf(stored + 3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "4#",
        "{'sum':#}",
        "['a',#]",
        "[[#]]",
        "true",
        "null",
        "[{'type':'text','text':'#'}]"
      })
  void toolResultOfAnyKind_isForwarded_andFoundAgain(String content) {
    List<String> messages = new ArrayList<>();
    for (int turn = 1; turn <= 3; turn++) {
      add(messages, "{'role':'user','content':'Add #'}", turn);
      add(messages, CALL, turn);
      add(messages, "{'role':'tool','tool_call_id':'c#','content':" + content + "}", turn);
      turn(messages, "Answer " + turn);
      add(messages, "{'role':'assistant','content':'Answer #'}", turn);
    }
    assertOneBranchOf(12);
  }

  @Test
  void finalAnswerWithoutAQuestion_isGoneOnWith_andFoundAgain() {
    List<String> messages = new ArrayList<>();
    add(messages, "{'role':'assistant','content':'Once'}", 0);
    turn(messages, " upon");
    assertEquals("Once upon", stored().get(0).text());
    messages.clear();
    add(messages, "{'role':'assistant','content':'Once upon'}", 0);
    turn(messages, " a time");
    messages.clear();
    add(messages, "{'role':'assistant','content':'Once upon a time'}", 0);
    add(messages, "{'role':'user','content':'And then?'}", 0);
    turn(messages, "The end.");
    assertOneBranchOf(3);
  }

  @Test
  void twoToolResultsThatDifferOnlyInANumber_areTwo() {
    List<String> messages = new ArrayList<>();
    add(messages, "{'role':'user','content':'Add'}", 0);
    add(messages, CALL, 0);
    add(messages, "{'role':'tool','tool_call_id':'c0','content':4}", 0);
    turn(messages, "Four");
    messages.remove(2);
    add(messages, "{'role':'tool','tool_call_id':'c0','content':5}", 0);
    turn(messages, "Five");
    assertEquals(2, stored().stream().filter(message -> message.role().equals("tool")).count());
  }

  @ParameterizedTest
  @ValueSource(strings = {"system", "developer"})
  void requestWithoutAQuestion_leavesNoOriginalRequest_untilThereIsOne(String role) {
    List<String> messages = new ArrayList<>();
    add(messages, "{'role':'" + role + "','content':'S'}", 0);
    turn(messages, "Hello");
    SessionId session = new SessionId("conv-" + ID);
    assertNull(server.sessions.find(session).orElseThrow().originalRequest());

    add(messages, "{'role':'assistant','content':'Hello'}", 0);
    add(messages, "{'role':'user','content':[{'text':'Who?'}]}", 0);
    turn(messages, "I");
    assertEquals("Who?", server.sessions.find(session).orElseThrow().originalRequest());
    add(messages, "{'role':'assistant','content':'I'}", 0);
    add(messages, "{'role':'user','content':'And I?'}", 0);
    turn(messages, "You");
    assertOneBranchOf(5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'messages':[{'role':'user','content':'Hi'}] | first",
        "'model':null,'messages':[{'role':'user','content':'Hi'}] | first",
        "'model':'mine','messages':[{'role':'user','content':'Hi'}] | mine"
      })
  void requestWithoutAModel_isForTheFirstOfTheList(String fields, String model) {
    try (RawClient client = RawClient.connect(server.url())) {
      client.post("/v1/chat/completions", "{" + fields.replace('\'', '"') + "}");
      Call call = server.upstream.next();
      if (!model.equals("mine")) {
        assertTrue(call.request().path().endsWith("/models"));
        call.respondJson(200, Completions.models("first", "second"));
        call = server.upstream.next();
      }
      assertEquals(model, call.request().json().path("model").asText());
      call.respondJson(200, Completions.completion("Hello"));
      assertEquals(200, client.response().status());
    }
  }

  @Test
  void requestWithoutAModel_goesAsItCame_whereThereIsNoList() {
    String sent = "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    try (RawClient client = RawClient.connect(server.url())) {
      client.post("/v1/chat/completions", sent);
      server.upstream.next().respondJson(404, "{}");
      Call call = server.upstream.next();
      assertEquals(sent, new String(call.request().body(), StandardCharsets.UTF_8));
      call.respondJson(200, Completions.completion("Hello"));
      assertEquals(200, client.response().status());
    }
  }
}
