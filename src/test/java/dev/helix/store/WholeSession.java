package dev.helix.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A session as files, and how two of them are compared. */
public final class WholeSession {
  public static final SessionId WHOLE = new SessionId("conv-a");
  public static final String STATUS =
      """
      {"session_id":"conv-a","status":"ready","step":"why",
       "created_at":"2026-01-05T12:34:56.123456Z","updated_at":"2026-01-05T12:34:57.000001Z",
       "original_request":"first","project_name":null,"conversation_id":"a",
       "owner":{"tenant":"acme","user":null},
       "mine":[1.00,{"\\u0000":"\\ud800"},12345678901234567890.50]}
      """;
  public static final String ELEMENTS =
      """
      [
      {"id":"1","parent_id":null,"role":"user","content":"one","mine":[1.00]},
      {"id":"2","parent_id":"1","role":"assistant","content":"\\u0000 \\ud800 ü","status":"failed"}
      ]
      """;

  private WholeSession() {}

  /** What is shown, in its order. */
  public static Map<String, byte[]> shown(SessionFiles files) throws IOException {
    Map<String, byte[]> shown = new LinkedHashMap<>();
    int[] ends = new int[1];
    files.each(
        new SessionFiles.Visitor() {
          @Override
          public void file(String path, byte[] content) {
            assertEquals(null, shown.put(path, content.clone()), path);
            assertEquals(0, ends[0]);
          }

          @Override
          public void end() {
            ends[0]++;
          }
        });
    assertEquals(1, ends[0], "the end is shown once");
    return shown;
  }

  public static Map<String, byte[]> exported(SessionStore store, SessionId id) throws IOException {
    return shown(visitor -> assertTrue(store.export(id, visitor)));
  }

  public static SessionFiles files(Map<String, byte[]> files) {
    return visitor -> {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        visitor.file(file.getKey(), file.getValue());
      }
      visitor.end();
    };
  }

  /** A session's files, with others that applications keep in its folder. */
  public static Map<String, byte[]> wholeFiles() {
    byte[] bytes = new byte[100_000];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 31 + i / 256);
    }
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("status.json", STATUS.getBytes(UTF_8));
    files.put("context/messages.json", ELEMENTS.getBytes(UTF_8));
    files.put("input/request.md", "# User Request\n\nfirst".getBytes(UTF_8));
    files.put("context/why.md", "Grüße\n\0🦊".getBytes(UTF_8));
    files.put("context/messages.torn-20260105T123456789Z.json", "{\"ro".getBytes(UTF_8));
    files.put("output/a folder/Ünï '\"; --.bin", bytes);
    files.put("logs/empty", new byte[0]);
    return files;
  }

  /** That two are the same session: the two files of JSON by their meaning, all others whole. */
  public static void assertSameSession(Map<String, byte[]> expected, Map<String, byte[]> actual)
      throws IOException {
    assertEquals(
        List.of("status.json", "context/messages.json"),
        new ArrayList<>(actual.keySet()).subList(0, 2));
    assertEquals(new TreeMap<>(expected).keySet(), new TreeMap<>(actual).keySet());
    for (String path : expected.keySet()) {
      if (path.equals("status.json")) {
        assertEquals(json(expected.get(path)), json(actual.get(path)));
      } else if (path.equals("context/messages.json")) {
        assertEquals(elements(expected.get(path)), elements(actual.get(path)));
      } else {
        assertArrayEquals(expected.get(path), actual.get(path), path);
      }
    }
  }

  public static JsonNode json(byte[] json) throws IOException {
    return new ObjectMapper().readTree(json);
  }

  public static List<String> elements(byte[] array) {
    return ShownSession.array(WHOLE, array).stream()
        .map(message -> new String(message.elementJson(), UTF_8))
        .toList();
  }
}
