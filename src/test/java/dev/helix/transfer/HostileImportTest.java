package dev.helix.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.transcript.Transcript;
import dev.helix.transfer.read.ChatFiles;
import dev.helix.transfer.read.ChatFormat;
import dev.helix.transfer.read.JsonValues;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that nobody means well with: a clear error or harmless text, and no half session. */
class HostileImportTest {
  private static final String GOOD =
      "{\"id\":\"good\",\"chat\":{\"history\":{\"currentId\":\"q\",\"messages\":{"
          + "\"q\":{\"role\":\"user\",\"content\":\"Q\",\"parentId\":null}}}}}";

  @TempDir Path folder;

  private static String chat(String id, String messages) {
    return "{\"id\":\"%s\",\"chat\":{\"history\":{\"currentId\":\"n1\",\"messages\":{%s}}}}"
        .formatted(id, messages);
  }

  private static String message(String id, String parent) {
    return "\"%s\":{\"role\":\"user\",\"content\":\"t\",\"parentId\":\"%s\"}".formatted(id, parent);
  }

  private static String failure(Imports imports, String json) {
    return assertThrows(IOException.class, () -> imports.read(json)).getMessage();
  }

  @Test
  void halfAFile_leavesTheChatsBefore_whole() throws IOException {
    try (Imports imports = new Imports(folder)) {
      String two = "[" + GOOD + "," + GOOD.replace("good", "half");
      assertTrue(failure(imports, two.substring(0, two.length() - 5)).contains("in the middle"));
      assertEquals(1, imports.imported.size());
      assertEquals(1, imports.store.list(10).size());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|it is empty",
        "'   '|it is empty",
        "hello|it is no JSON",
        "{}|it is no export of Open WebUI, ChatGPT, LibreChat or helix-sessions",
        "[1,2,\"x\",null]|it is no export of Open WebUI, ChatGPT, LibreChat or helix-sessions",
        "[{}|it ends in the middle: a part of it is missing",
        "{\"a\":1}<html>|there is no JSON at byte 7",
      })
  void whatIsNoExport_isNamedSo(String json, String message) {
    try (Imports imports = new Imports(folder)) {
      assertEquals(message, failure(imports, json));
      assertEquals(List.of(), imports.store.list(10));
    }
  }

  @Test
  void anotherFormatThanNamed_isSaid() {
    try (Imports imports = new Imports(folder)) {
      IOException failure =
          assertThrows(
              IOException.class,
              () -> imports.read(GOOD.getBytes(UTF_8), ChatFormat.CHATGPT, ImportOwner.AS_STORED));
      assertEquals("it is an export of Open WebUI, not of ChatGPT", failure.getMessage());
      assertEquals(0, imports.imported.size());
    }
  }

  @Test
  void utf16_isSaid() {
    try (Imports imports = new Imports(folder)) {
      byte[] wide = GOOD.getBytes(java.nio.charset.StandardCharsets.UTF_16);
      assertEquals(
          "it is not in UTF-8",
          assertThrows(IOException.class, () -> imports.read(wide, null, ImportOwner.AS_STORED))
              .getMessage());
    }
  }

  /** Each is skipped by its name, and the good one is there. */
  @Test
  void badChats_areNamedAndSkipped() throws IOException {
    List<String> bad =
        List.of(
            "{\"id\":\"x\",\"chat\":{\"history\":}}",
            "{\"id\":\"channel:c\",\"chat\":{\"history\":{\"messages\":{"
                + message("a", "")
                + "}}}}",
            "{\"id\":\"local:c\",\"chat\":{\"history\":{\"messages\":{" + message("a", "") + "}}}}",
            "{\"id\":\"a\\u0000b\",\"chat\":{\"history\":{\"messages\":{"
                + message("a", "")
                + "}}}}",
            "{\"id\":\""
                + "x".repeat(513)
                + "\",\"chat\":{\"history\":{\"messages\":{"
                + message("a", "")
                + "}}}}",
            "{\"id\":\"big\",\"x\":\"" + "x".repeat(Imports.MOST) + "\"}",
            "[".repeat(500_000) + "]".repeat(500_000),
            "{\"title\":\"no chat\"}");
    try (Imports imports = new Imports(folder)) {
      imports.read(
          "[" + GOOD + "," + String.join(",", bad) + "," + GOOD.replace("good", "last") + "]");
      assertEquals(bad.size(), imports.skipped.size(), imports.skipped.toString());
      assertEquals(2, imports.imported.size());
      assertEquals(2, imports.store.list(10).size());
    }
  }

  @Test
  void circles_missingParents_andMessagesThatAreNone() throws IOException {
    String messages =
        String.join(
            ",",
            message("n1", "n2"),
            message("n2", "n1"),
            message("n3", "n3"),
            message("n4", "nowhere"),
            message("n5", "n4"),
            "\"n6\":null,\"n7\":[1],\"n8\":{\"role\":7,\"content\":{\"x\":[]},\"parentId\":\"n6\"}");
    try (Imports imports = new Imports(folder).read(chat("c", messages))) {
      Transcript transcript = imports.transcript("conv-c");
      assertEquals(List.of(), imports.skipped);
      assertEquals(
          """
          n2<null user: t
          n1<n2 user: t
          n3<null user: t
          n4<null user: t
          n5<n4 user: t
          n8<null user:\
          """,
          Imports.outline(transcript).strip());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"up", "down", "nested"})
  void aHundredThousandDeep_takesNoLonger(String way) throws IOException {
    int depth = 100_000;
    StringBuilder json = new StringBuilder();
    if (way.equals("nested")) {
      json.append("{\"conversationId\":\"deep\",\"messagesTree\":[");
      for (int i = 0; i < depth; i++) {
        json.append("{\"text\":\"t\",\"children\":[");
      }
      json.append("]}".repeat(depth)).append("]}");
    } else {
      List<String> messages = new ArrayList<>();
      for (int i = 0; i < depth; i++) {
        int other = way.equals("up") ? i - 1 : i + 1;
        messages.add("\"n" + i + "\":{\"role\":\"user\",\"parentId\":\"n" + other + "\"}");
      }
      json.append(chat("deep", String.join(",", messages)));
    }
    try (Imports imports = new Imports(folder)) {
      assertTimeout(Duration.ofSeconds(60), () -> read(imports, json.toString()));
      assertEquals(List.of(), imports.skipped);
      Transcript transcript = imports.transcript("conv-deep");
      assertEquals(depth, transcript.messages().size());
      assertEquals(1, imports.imported.get(0).branches());
    }
  }

  private static void read(Imports imports, String json) throws IOException {
    imports.read(json);
  }

  @Test
  void markupInEveryField_isText() throws IOException {
    String evil = "<img src=x onerror=alert(1)>../../../etc/passwd\\u001b[31m<details type=";
    String json =
        """
        {"id":"EVIL/..","title":"EVIL","user_id":"EVIL","chat":{"history":{"messages":{
         "EVIL":{"role":"EVIL","content":"EVIL","parentId":"EVIL2","model":"EVIL","timestamp":"EVIL"},
         "EVIL2":{"role":"assistant","content":"EVIL<details type=\\"tool_calls\\" name='EVIL' id='EVIL'>",
          "model":"EVIL","files":[{"type":"EVIL","name":"EVIL","url":"EVIL"}],"error":{"content":"EVIL"},
          "output":[{"type":"function_call","call_id":"EVIL","name":"EVIL","arguments":"EVIL"},
           {"type":"function_call_output","call_id":"EVIL","output":"EVIL"}]}}}}}
        """
            .replace("EVIL", evil);
    try (Imports imports =
        new Imports(folder).read(json.replace("\\u001b[31m<details type=/..", "/.."))) {
      assertEquals(List.of(), imports.skipped);
      String session = imports.imported.get(0).id().value();
      assertTrue(session.matches("conv-[a-z0-9-]+"), session);
      assertEquals(4, imports.transcript(session).messages().size());
      try (var files = Files.list(folder)) {
        assertTrue(files.allMatch(file -> file.getFileName().toString().matches("[a-z0-9.-]+")));
      }
    }
  }

  /** Blocks that never end, quotes that never end, and names of a million letters. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "<details>",
        "<details \"",
        "<details type=\"reasoning\">",
        "<details a='",
        "&amp;"
      })
  void blocksThatAreNone_takeNoLonger(String piece) {
    String text = (piece.repeat(1_000_000 / piece.length()) + "</details>").replace("\"", "\\\"");
    String json =
        "{\"id\":\"s\",\"chat\":{\"history\":{\"messages\":{\"a\":{\"role\":\"assistant\",\"content\":\""
            + text
            + "\"}}}}}";
    try (Imports imports = new Imports(folder)) {
      assertTimeout(Duration.ofSeconds(20), () -> read(imports, json));
      assertEquals(1, imports.imported.size());
    }
  }

  /** Two gigabytes of one value, of which nothing is kept. */
  @Test
  void aValueThatNeverEnds_takesNoMemory() throws IOException {
    InputStream endless =
        new InputStream() {
          private long left = 2L << 30;
          private boolean begun;

          @Override
          public int read() {
            throw new UnsupportedOperationException();
          }

          @Override
          public int read(byte[] bytes, int offset, int length) {
            if (left <= 0) {
              return -1;
            }
            java.util.Arrays.fill(bytes, offset, offset + length, (byte) ' ');
            if (!begun) {
              bytes[offset] = '{';
              begun = true;
            }
            left -= length;
            return length;
          }
        };
    JsonValues values = new JsonValues(endless, 1 << 20);
    assertTrue(
        assertThrows(IOException.class, values::next).getMessage().contains("in the middle"));
  }

  @Test
  void zips_areReadInPlace_whateverTheirNames() throws IOException {
    Path zip = folder.resolve("export.zip");
    try (OutputStream file = Files.newOutputStream(zip);
        ZipOutputStream out = new ZipOutputStream(file)) {
      put(out, "../../evil.json", "[]");
      put(out, "x/conversations-001.json", "[2]");
      put(out, "/abs/conversations-000.json", "[1]");
      put(out, "user.json", "{}");
      put(out, "conversations-9.json", " ".repeat(100 << 20));
    }
    List<String> read = new ArrayList<>();
    ChatFiles.each(
        zip,
        bytes -> {},
        new ChatFiles.Visitor() {
          @Override
          public void file(String name, InputStream in) {
            try {
              byte[] all = in.readAllBytes();
              read.add(new String(all, UTF_8));
            } catch (IOException e) {
              read.add(e.getMessage());
            }
          }

          @Override
          public void unreadable(String name, IOException failure) {
            read.add(name);
          }
        });
    assertEquals(List.of("[1]", "it is packed as no text is", "[2]"), read);
  }

  private static void put(ZipOutputStream out, String name, String text) throws IOException {
    out.putNextEntry(new ZipEntry(name));
    out.write(text.getBytes(UTF_8));
    out.closeEntry();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"helix_session\":2,\"status\":{},\"messages\":[]}",
        "{\"helix_session\":1,\"messages\":[]}",
        "{\"helix_session\":1,\"status\":{\"session_id\":\"../x\"},\"messages\":[]}",
        "{\"helix_session\":1,\"status\":{\"session_id\":\"x\"},\"messages\":{}}",
        "{\"helix_session\":1,\"status\":{\"session_id\":\"x\",\"owner\":7},\"messages\":[]}",
        "{\"helix_session\":1,\"status\":{\"session_id\":\"x\"},\"messages\":[],\"files\":{\"../../x\":\"y\"}}",
        "{\"helix_session\":1,\"status\":{\"session_id\":\"x\"},\"messages\":[],\"base64\":{\"a\":\"%\"}}",
        "{\"helix_session\":1,\"status\":{\"session_id\":\"x\"},\"messages\":[],\"files\":7}",
      })
  void linesThatAreNoSession_areSkipped(String line) throws IOException {
    try (Imports imports = new Imports(folder).read(line)) {
      assertEquals(1, imports.skipped.size());
      assertEquals(List.of(), imports.store.list(10));
    }
  }
}
