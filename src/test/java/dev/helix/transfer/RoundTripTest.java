package dev.helix.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.session.HistoryMode;
import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.transcript.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is exported is the same when it is imported. */
class RoundTripTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HOSTILE =
      "# No heading\n````\n<script>alert(1)</script>\u2028\u0000 [x](javascript:1) \ud800";

  @TempDir Path folder;

  private static byte[] export(Imports from, SessionExport.Format format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (SessionExport export = new SessionExport(from.store, format, out)) {
      for (SessionState state : from.store.list(100)) {
        export.write(state.sessionId());
      }
    }
    return out.toByteArray();
  }

  private static Map<String, String> files(Imports of, String session) throws IOException {
    Map<String, String> files = new TreeMap<>();
    assertTrue(
        of.store.export(
            new SessionId(session),
            (path, content) -> files.put(path, new String(content, UTF_8))));
    files.computeIfPresent("status.json", (path, json) -> values(json));
    return files;
  }

  private static String values(String json) {
    try {
      return JSON.readTree(json).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SessionState say(SessionManager manager, Owner owner, String id, String text) {
    SessionState session = manager.getOrCreateSession(owner, text, id);
    return manager.completeTurn(
        manager.beginTurn(session, List.of(Message.of("user", text)), HistoryMode.CLIENT),
        List.of(
            new Answer(
                Message.parse(
                    "{\"role\":\"assistant\", \"content\":\"ä \\ud800\",\n \"own\" : 1.50}"
                        .getBytes(UTF_8)),
                "m",
                "stop",
                AnswerStatus.COMPLETED)));
  }

  @Test
  void jsonl_isTheSameSessions_toTheByteOfMessages() throws IOException {
    Owner ann = new Owner("acme", "ann");
    try (Imports from = new Imports(folder.resolve("a"));
        Imports to = new Imports(folder.resolve("b"))) {
      SessionManager manager = from.manager();
      SessionState plain = say(manager, Owner.ANONYMOUS, "chat", HOSTILE);
      manager.saveContext(plain.sessionId(), "why", "because");
      Path output = folder.resolve("a/conv-chat/output");
      Files.createDirectories(output);
      Files.write(output.resolve("x.bin"), new byte[] {0, -1, 13, 10});
      SessionState owned = say(manager, ann, "chat", "mine");
      SessionState fallback = say(manager, ann, null, "Hello you there");
      byte[] lines = export(from, SessionExport.Format.JSONL);
      assertEquals(3, new String(lines, UTF_8).lines().count());
      to.read(lines, null, ImportOwner.AS_STORED);
      assertEquals(List.of(), to.skipped);
      assertEquals(files(from, "conv-chat"), files(to, "conv-chat"));
      assertArrayEquals(
          Files.readAllBytes(output.resolve("x.bin")),
          Files.readAllBytes(folder.resolve("b/conv-chat/output/x.bin")));
      assertEquals(
          new String(
              Files.readAllBytes(folder.resolve("a/conv-chat/context/messages.json")), UTF_8),
          new String(
              Files.readAllBytes(folder.resolve("b/conv-chat/context/messages.json")), UTF_8));
      SessionManager there = to.manager();
      for (SessionState each : List.of(owned, fallback)) {
        SessionState found =
            there.getOrCreateSession(ann, "Hello you there", each.conversationId());
        assertFalse(found.sessionId().equals(each.sessionId()), "named with another secret");
        assertEquals(each.createdAt(), found.createdAt());
        assertEquals(
            Imports.outline(from.transcript(each.sessionId().value())),
            Imports.outline(to.transcript(found.sessionId().value())));
      }
      to.read(lines, null, ImportOwner.AS_STORED);
      assertEquals(3, to.there.size(), "again");
    }
  }

  private static final String CHAT =
      """
      {"id":"chat","user_id":"","title":"A <b>talk</b>","chat":{"title":"A <b>talk</b>","models":["m"],
       "params":{"system":"Be brief."},
       "history":{"currentId":"a2","messages":{
        "q1":{"id":"q1","parentId":null,"childrenIds":["a1","a2"],"role":"user","content":"Q",
          "timestamp":1764000001,"files":[{"type":"image","url":"data:image/png;base64,AA=="}]},
        "a1":{"id":"a1","parentId":"q1","childrenIds":["q2"],"role":"assistant","content":"One\\nTwo",
          "model":"m","done":true,"timestamp":1764000002,"output":[
          {"type":"reasoning","status":"completed","content":[{"type":"output_text","text":"hm"}],"summary":[]},
          {"type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"One"}]},
          {"type":"function_call","status":"completed","call_id":"c","name":"f","arguments":"{\\"a\\":1}"},
          {"type":"function_call_output","call_id":"c","status":"completed","output":[{"type":"input_text","text":"r"}]},
          {"type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Two"}]}]},
        "a2":{"id":"a2","parentId":"q1","childrenIds":[],"role":"assistant","content":"Other","model":"m",
          "done":true,"timestamp":1764000002},
        "q2":{"id":"q2","parentId":"a1","childrenIds":["a3","a4"],"role":"user","content":"More","timestamp":1764000003,
          "files":[{"type":"file","name":"n.txt","url":"f1"}]},
        "a3":{"id":"a3","parentId":"q2","childrenIds":[],"role":"assistant","content":"","model":"m","done":true,
          "error":{"content":"boom"},"timestamp":1764000004},
        "a4":{"id":"a4","parentId":"q2","childrenIds":[],"role":"assistant","content":"","model":"m","done":false,
          "timestamp":1764000005}}},
       "messages":[],"timestamp":1764000000000},"created_at":1764000000,"updated_at":1764000100,
       "archived":false,"pinned":false,"share_id":null,"folder_id":null,"meta":{}}
      """;

  @Test
  void openWebUi_isTheSameTree() throws IOException {
    try (Imports first = new Imports(folder.resolve("a")).read(CHAT);
        Imports second = new Imports(folder.resolve("b"))) {
      byte[] exported = export(first, SessionExport.Format.OPENWEBUI);
      assertEquals(sorted(JSON.readTree(CHAT)), sorted(JSON.readTree(exported).get(0)));
      second.read(exported, null, ImportOwner.AS_STORED);
      assertEquals(
          new String(exported, UTF_8),
          new String(export(second, SessionExport.Format.OPENWEBUI), UTF_8));
    }
  }

  private static String sorted(JsonNode tree) throws IOException {
    return JSON.writerWithDefaultPrettyPrinter()
        .with(com.fasterxml.jackson.databind.SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
        .writeValueAsString(JSON.treeToValue(tree, Object.class));
  }

  @Test
  void markdown_hasAHeadingForEachMessage_andNothingOfItsTextIsMarkup() throws IOException {
    try (Imports from = new Imports(folder.resolve("a"))) {
      say(from.manager(), Owner.ANONYMOUS, "a_b<i>", HOSTILE);
      String page = new String(export(from, SessionExport.Format.MARKDOWN), UTF_8);
      List<String> outside = page.replaceAll("(?s)(`{3,})text\n.*?\n\\1\n", "").lines().toList();
      assertTrue(outside.get(0).startsWith("# \\# No heading"), page);
      assertEquals(2, outside.stream().filter(line -> line.startsWith("## ")).count(), page);
      assertTrue(page.contains("\n`````text\n# No heading\n````\n"), page);
      assertTrue(page.contains("- conversation: a\\_b\\<i\\>\n"), page);
      assertTrue(outside.stream().noneMatch(line -> line.contains("<script")), page);
    }
  }

  @Test
  void fineTuning_isTheCurrentPath_ofSessionsWithAnAnswer() throws IOException {
    String unanswered =
        "{\"id\":\"u\",\"chat\":{\"history\":{\"messages\":{\"q\":{\"role\":\"user\",\"content\":\"Q\"}}}}}";
    try (Imports from = new Imports(folder.resolve("a")).read(CHAT + unanswered)) {
      List<String> lines =
          new String(export(from, SessionExport.Format.FINE_TUNING), UTF_8).lines().toList();
      assertEquals(1, lines.size());
      ObjectNode line = (ObjectNode) JSON.readTree(lines.get(0));
      assertEquals(
          List.of("system", "user", "assistant"), line.path("messages").findValuesAsText("role"));
      assertEquals("Other", line.path("messages").get(2).path("content").asText());
    }
  }
}
