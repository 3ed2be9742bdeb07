package dev.helix.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.session.HistoryMode;
import dev.helix.session.OpenTurn;
import dev.helix.session.Owner;
import dev.helix.session.SentHistory;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.TurnRequest;
import dev.helix.transcript.Answer;
import dev.helix.transcript.MessageIds;
import dev.helix.transcript.Transcript;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Chats of Open WebUI as sessions, in which it goes on. */
class OpenWebUiImportTest {
  private static final String SESSION = "conv-0282e1d5-b306-4cfb-adc8-c11ad3b5e0ca";

  /** A question, two answers side by side of which the first is shown, and a tool in it. */
  private static final String CHAT =
      """
      {"id":"0282e1d5-b306-4cfb-adc8-c11ad3b5e0ca","user_id":"u-ada","title":"A talk",
       "created_at":1764000000,"updated_at":1764000100,"archived":false,"pinned":false,
       "meta":{"tags":["x"]},"folder_id":null,"share_id":null,
       "chat":{"title":"A talk","models":["alpha","beta"],"params":{"system":"Be brief."},
        "history":{"currentId":"a1","messages":{
         "q1":{"id":"q1","parentId":null,"childrenIds":["a1","a2"],"role":"user",
          "content":"What is the weather?","timestamp":1764000001,"models":["alpha","beta"],
          "files":[{"type":"file","id":"f1","name":"../../etc/note.txt","url":"f1"},
                   {"type":"image","url":"data:image/png;base64,iVBORw0KGgo="}]},
         "a1":{"id":"a1","parentId":"q1","childrenIds":[],"role":"assistant","model":"alpha",
          "content":"I look it up. \\nSunny.","done":true,"timestamp":1764000001,
          "usage":{"total_tokens":12},
          "output":[
           {"type":"reasoning","content":[{"type":"output_text","text":"Tools!"}]},
           {"type":"message","status":"completed","role":"assistant",
            "content":[{"type":"output_text","text":"I look it up. "}]},
           {"type":"function_call","call_id":"call_0","name":"get_weather",
            "arguments":"{\\"city\\":\\"Rome\\"}","status":"completed"},
           {"type":"function_call_output","call_id":"call_0",
            "output":[{"type":"input_text","text":"sunshine"}],"status":"completed"},
           {"type":"message","status":"completed","role":"assistant",
            "content":[{"type":"output_text","text":"Sunny."}]}]},
         "a2":{"id":"a2","parentId":"q1","childrenIds":[],"role":"assistant","model":"beta",
          "content":"Rain.","done":true,"timestamp":1764000001}}},
        "messages":[]}}
      """;

  @TempDir Path folder;

  @Test
  void aChat_isAWholeSession_withItsBranchesAndDatesAndTools() throws IOException {
    try (Imports imports = new Imports(folder).read("[" + CHAT + "]")) {
      SessionImport.Imported told = imports.imported.get(0);
      assertEquals(SESSION, told.id().value());
      assertEquals("A talk", told.title());
      assertEquals(2, told.branches());
      assertEquals(1, told.calls());
      assertEquals(2, told.attachments());
      assertEquals("[alpha, beta]", told.models().toString());
      SessionState state = imports.store.find(told.id()).orElseThrow();
      assertEquals(Instant.ofEpochSecond(1764000000), state.createdAt());
      assertEquals(Instant.ofEpochSecond(1764000100), state.updatedAt());
      assertEquals("What is the weather?", state.originalRequest());
      Transcript transcript = imports.transcript(SESSION);
      assertEquals("Be brief.", transcript.system().text());
      List<Message> messages = transcript.messages();
      assertEquals(
          List.of("user", "assistant", "tool", "assistant", "assistant"),
          messages.stream().map(Message::role).toList());
      assertEquals("q1", messages.get(1).parentId());
      assertEquals("a1", messages.get(3).id());
      assertEquals(messages.get(2).id(), messages.get(3).parentId());
      assertEquals("q1", transcript.get("a2").parentId());
      assertEquals("a1", transcript.currentEnd(false).id(), "what the page shows");
      assertTrue(json(messages.get(1)).contains("\"reasoning_content\":\"Tools!\""));
      assertTrue(json(transcript.get("a1")).contains("\"usage\":{\"total_tokens\":12}"));
      String question = json(transcript.get("q1"));
      assertTrue(question.contains("\"url\":\"data:image/png;base64,iVBORw0KGgo=\""), question);
      assertTrue(question.contains("\"name\":\"../../etc/note.txt\""), question);
    }
  }

  private static String json(Message message) {
    return new String(message.elementJson(), UTF_8);
  }

  @Test
  void again_nothingIsChanged() throws IOException {
    try (Imports imports = new Imports(folder).read("[" + CHAT + "]")) {
      String before = Imports.outline(imports.transcript(SESSION));
      imports.read(CHAT.replace("Rain.", "Snow."));
      assertEquals(List.of(SESSION), imports.there);
      assertEquals(before, Imports.outline(imports.transcript(SESSION)));
    }
  }

  /** The next turn as Open WebUI sends it, with its message ids and without. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void openWebUiGoesOn_andNoMessageIsDoubled(boolean withIds) throws IOException {
    String plain = CHAT.replace("\"files\":[{", "\"other\":[{");
    try (Imports imports = new Imports(folder).read(plain);
        SessionManager manager = imports.manager()) {
      SessionState session =
          manager.getOrCreateSession(null, "0282e1d5-b306-4cfb-adc8-c11ad3b5e0ca");
      int before = imports.transcript(SESSION).messages().size();
      List<Message> history =
          List.of(
              Message.of("system", "Be brief."),
              Message.of("user", "What is the weather?"),
              Message.parse(
                  """
                  {"role":"assistant","content":"I look it up. ","tool_calls":[{"id":"call_0",
                   "type":"function","function":{"name":"get_weather",
                   "arguments":"{\\"city\\":\\"Rome\\"}"}}]}\
                  """
                      .getBytes(UTF_8)),
              Message.parse(
                  "{\"role\":\"tool\",\"tool_call_id\":\"call_0\",\"content\":\"sunshine\"}"
                      .getBytes(UTF_8)),
              Message.of("assistant", "Sunny."),
              Message.of("user", "And tomorrow?"));
      MessageIds ids = withIds ? new MessageIds("q2", "a1", "a3") : MessageIds.NONE;
      OpenTurn turn =
          manager.beginTurn(
              session, new TurnRequest(history, HistoryMode.CLIENT, SentHistory.ALL, ids));
      manager.completeTurn(
          turn,
          List.of(
              new Answer(
                  Message.of("assistant", "Rain."), "alpha", "stop", AnswerStatus.COMPLETED)));
      Transcript after = imports.transcript(SESSION);
      assertEquals(before + 2, after.messages().size(), Imports.outline(after));
      assertEquals("a1", after.get(after.currentEnd(false).parentId()).parentId());
    }
  }

  @Test
  void eachUsersChats_areTheirs_asTheirTokensNameThem() throws IOException {
    try (Imports imports = new Imports(folder)) {
      imports.read(CHAT.getBytes(UTF_8), null, ImportOwner.eachUserOf("webui"));
      Owner ada = new Owner("webui", "u-ada");
      assertEquals(ada, imports.imported.get(0).owner());
      SessionState found =
          imports.manager().getOrCreateSession(ada, null, "0282e1d5-b306-4cfb-adc8-c11ad3b5e0ca");
      assertEquals(imports.imported.get(0).id(), found.sessionId());
    }
  }

  @Test
  void oldForms_areRead() throws IOException {
    String old =
        """
        {"title":"Old","models":["m"],"timestamp":1700000000000,
         "messages":[{"id":"x","role":"user","content":"Hi"},
          {"id":"y","role":"assistant","model":"m","content":"<details type=\\"reasoning\\" done=\\"true\\"><summary>Thought</summary>\\n&gt; hm\\n</details>\\nHello"}]}
        """;
    String details =
        """
        {"id":"t","chat":{"history":{"currentId":"b","messages":{
         "a":{"role":"user","content":"Go","parentId":null},
         "b":{"role":"assistant","parentId":"a","content":"First.\\n<details type=\\"tool_calls\\" done=\\"true\\" id=\\"c1\\" name=\\"f\\" arguments=\\"&quot;{\\\\&quot;x\\\\&quot;:1}&quot;\\" result=\\"&quot;a &lt;b&gt;&quot;\\">\\n<summary>Tool Executed</summary>\\n</details>\\nDone."}}}}}
        """;
    try (Imports imports = new Imports(folder).read(old + "\n" + details)) {
      assertEquals(List.of(), imports.skipped);
      Transcript first = imports.transcript(imports.imported.get(0).id().value());
      assertEquals("x<null user: Hi\ny<x assistant: Hello", Imports.outline(first));
      assertTrue(json(first.get("y")).contains("\"reasoning_content\":\"hm\""));
      assertEquals(Instant.ofEpochSecond(1700000000), imports.imported.get(0).created());
      Transcript second = imports.transcript("conv-t");
      List<Message> messages = second.messages();
      assertEquals("First.", messages.get(1).text());
      assertTrue(
          json(messages.get(1)).contains("\"arguments\":\"{\\\"x\\\":1}\""), json(messages.get(1)));
      assertEquals("a <b>", messages.get(2).text());
      assertEquals("b", messages.get(3).id());
      assertEquals("Done.", messages.get(3).text());
    }
  }

  @Test
  void whatIsNotAPersons_orEmpty_isPassedOver() throws IOException {
    String internal = CHAT.replace("\"tags\":[\"x\"]", "\"internal\":true");
    String empty = "{\"id\":\"e\",\"chat\":{\"history\":{\"messages\":{},\"currentId\":null}}}";
    try (Imports imports = new Imports(folder).read("[" + internal + "," + empty + "]")) {
      assertEquals(2, imports.passed);
      assertEquals(List.of(), imports.skipped);
      assertFalse(imports.store.find(new SessionId(SESSION)).isPresent());
    }
  }

  @Test
  void brokenAnswers_keepWhatBecameOfThem() throws IOException {
    String chat =
        """
        {"id":"s","chat":{"history":{"currentId":"a","messages":{
         "q":{"role":"user","content":"Q","parentId":null},
         "a":{"role":"assistant","content":"All","parentId":"q","done":true},
         "b":{"role":"assistant","content":"","parentId":"q","done":true,"error":{"content":"boom"}},
         "c":{"role":"assistant","content":"","parentId":"q","done":false},
         "d":{"role":"assistant","content":"Part","parentId":"q","done":true,
          "output":[{"type":"message","status":"incomplete","content":[{"type":"output_text","text":"Part"}]}]}}}}}
        """;
    try (Imports imports = new Imports(folder).read(chat)) {
      Transcript transcript = imports.transcript("conv-s");
      assertEquals(AnswerStatus.COMPLETED, transcript.get("a").status());
      assertEquals(AnswerStatus.FAILED, transcript.get("b").status());
      assertEquals(AnswerStatus.CANCELLED, transcript.get("c").status());
      assertEquals(AnswerStatus.CANCELLED, transcript.get("d").status());
      assertEquals("q a", Imports.path(transcript));
    }
  }
}
