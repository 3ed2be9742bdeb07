package dev.helix.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.transcript.Transcript;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chats of ChatGPT and LibreChat as sessions. */
class OtherImportsTest {
  @TempDir Path folder;

  @Test
  void chatGpt_keepsBranchesToolsThoughtsAndPlaceholders() throws IOException {
    String json =
        """
        [{"title":"Cats","create_time":1700000000.5,"update_time":1700000100.25,
          "conversation_id":"6551-aa","id":"6551-aa","current_node":"n8",
          "default_model_slug":"gpt-4o","is_archived":true,"mapping":{
          "root":{"id":"root","message":null,"parent":null,"children":["n1"]},
          "n1":{"id":"n1","parent":"root","children":["n2"],"message":{"id":"n1",
            "author":{"role":"system"},"content":{"content_type":"text","parts":[""]},
            "metadata":{"is_visually_hidden_from_conversation":true}}},
          "n2":{"id":"n2","parent":"n1","children":["n3","n9"],"message":{"id":"n2",
            "author":{"role":"user"},"create_time":1700000001.25,"recipient":"all",
            "content":{"content_type":"multimodal_text","parts":[
              {"content_type":"image_asset_pointer","asset_pointer":"file-service://file-1"},
              "What is this?"]},
            "metadata":{"attachments":[{"id":"file-1","name":"../cat.png","mime_type":"image/png"}]}}},
          "n3":{"id":"n3","parent":"n2","children":["n4"],"message":{"id":"n3",
            "author":{"role":"assistant"},"recipient":"all","content":{"content_type":"thoughts",
            "thoughts":[{"summary":"S","content":"A cat?"}]}}},
          "n4":{"id":"n4","parent":"n3","children":["n5"],"message":{"id":"n4",
            "author":{"role":"assistant"},"recipient":"python","status":"finished_successfully",
            "content":{"content_type":"code","language":"python","text":"print(1)"},
            "metadata":{"model_slug":"gpt-5"}}},
          "n5":{"id":"n5","parent":"n4","children":["n8"],"message":{"id":"n5",
            "author":{"role":"tool","name":"python"},"recipient":"all",
            "content":{"content_type":"execution_output","text":"1"}}},
          "n8":{"id":"n8","parent":"n5","children":[],"message":{"id":"n8",
            "author":{"role":"assistant"},"create_time":1700000009,"recipient":"all",
            "status":"finished_successfully","content":{"content_type":"text","parts":["A cat."]},
            "metadata":{"model_slug":"gpt-5"}}},
          "n9":{"id":"n9","children":[],"message":{"id":"n9",
            "author":{"role":"assistant"},"recipient":"all","status":"in_progress",
            "content":{"content_type":"text","parts":["A d"]},"metadata":{}}}
          }},
         {"id":"no-mapping","title":"A folder's","create_time":1700000000}]
        """;
    try (Imports imports = new Imports(folder).read(json)) {
      assertEquals(List.of("no-mapping: it has no messages"), imports.skipped);
      assertEquals("conv-6551-aa", imports.imported.get(0).id().value());
      assertEquals(Instant.parse("2023-11-14T22:13:20.500Z"), imports.imported.get(0).created());
      assertEquals("[gpt-4o, gpt-5]", imports.imported.get(0).models().toString());
      Transcript transcript = imports.transcript("conv-6551-aa");
      assertEquals(
          """
          n2<null user: [image: file-service://file-1]
          What is this?
          n4<n2 assistant:\s
          n5<n4 tool: 1
          n8<n5 assistant: A cat.
          n9<n2 assistant: A d\
          """,
          Imports.outline(transcript));
      assertEquals("n2 n4 n5 n8", Imports.path(transcript));
      assertEquals(AnswerStatus.CANCELLED, transcript.get("n9").status());
      assertEquals("gpt-4o", transcript.get("n9").model());
      String call = new String(transcript.get("n4").elementJson(), UTF_8);
      assertTrue(call.contains("\"arguments\":\"{\\\"input\\\":\\\"print(1)\\\"}\""), call);
      assertEquals(Instant.parse("2023-11-14T22:13:21.250Z"), transcript.get("n2").timestamp());
      assertTrue(
          new String(transcript.get("n4").elementJson(), UTF_8)
              .contains("\"reasoning_content\":\"A cat?\""));
    }
  }

  private static final String FLAT =
      """
      {"conversationId":"c-1","endpoint":"openAI","title":"Talk","exportAt":"12:00:00","branches":true,
       "recursive":false,"options":{"model":"gpt-4o","promptPrefix":"Be kind."},"messages":[
        {"messageId":"1","parentMessageId":"00000000-0000-0000-0000-000000000000",
         "isCreatedByUser":true,"sender":"User","text":"Hi","createdAt":"2026-01-01T10:00:00.000Z",
         "files":[{"filename":"a.pdf","type":"application/pdf","file_id":"f"}]},
        {"messageId":"2","parentMessageId":"1","isCreatedByUser":false,"sender":"GPT","text":"Old",
         "model":"gpt-3","createdAt":"2026-01-01T10:00:01.000Z","unfinished":true,"error":false},
        {"messageId":"3","parentMessageId":"1","isCreatedByUser":false,"sender":"GPT","text":"",
         "content":[{"type":"think","think":"hm"},{"type":"text","text":{"value":"Let me see."}},
          {"type":"tool_call","tool_call":{"id":"t","name":"f","args":"{}","output":"42"}},
          {"type":"text","text":"It is 42."}],"createdAt":"2026-01-01T10:00:02.000Z"}]}
      """;

  @Test
  void libreChat_inARow() throws IOException {
    try (Imports imports = new Imports(folder).read(FLAT)) {
      assertEquals(List.of(), imports.skipped);
      assertTalk(imports);
    }
  }

  @Test
  void libreChat_eachReplyInItsQuestion() throws IOException {
    String question =
        FLAT.substring(FLAT.indexOf("{\"messageId\":\"1\""), FLAT.indexOf("{\"messageId\":\"2\""));
    String answers = FLAT.substring(FLAT.indexOf("{\"messageId\":\"2\""), FLAT.lastIndexOf("]}"));
    String nested =
        FLAT.substring(0, FLAT.indexOf("\"messages\":["))
            + "\"messagesTree\":["
            + question.strip().replaceFirst("},$", ",\"children\":[")
            + answers.replaceAll("\"parentMessageId\":\"1\",", "")
            + "]}]}";
    try (Imports imports = new Imports(folder).read(nested)) {
      assertEquals(List.of(), imports.skipped);
      assertTalk(imports);
    }
  }

  private static void assertTalk(Imports imports) {
    Transcript transcript = imports.transcript("conv-c-1");
    List<Message> messages = transcript.messages();
    assertEquals("Be kind.", transcript.system().text());
    assertEquals(
        List.of("user", "assistant", "assistant", "tool", "assistant"),
        messages.stream().map(Message::role).toList());
    assertEquals("1", transcript.get("2").parentId());
    assertEquals(AnswerStatus.CANCELLED, transcript.get("2").status());
    assertEquals("gpt-3", transcript.get("2").model());
    assertEquals("gpt-4o", transcript.get("3").model());
    assertEquals("It is 42.", transcript.currentEnd(false).text());
    assertEquals("Let me see.", messages.get(2).text());
    assertEquals(1, imports.imported.get(0).attachments());
  }
}
