package dev.helix.store;

import static dev.helix.store.SessionStoreContract.NOW;
import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.ids;
import static dev.helix.store.SessionStoreContract.state;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.Message;
import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Appended;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.SessionStore.Reading;
import dev.helix.session.Step;
import dev.helix.transcript.LogVersion;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Messages are erased: what they said is gone, and all else stays. */
interface ErasureContract extends StoreUnderTest {
  SessionId ERASED = new SessionId("conv-a");
  SessionState OF = state("conv-a", "a");

  private static Message json(String json) {
    return Message.parse(json.replace('\'', '"').getBytes(UTF_8));
  }

  private static LogVersion make(SessionStore store, List<Message> elements) {
    return store.append(OF, LogVersion.NONE, elements, null).version();
  }

  private static List<String> lines(SessionStore store) {
    return store.read(ERASED, LogVersion.NONE).elements().stream()
        .map(element -> new String(element.elementJson(), UTF_8))
        .toList();
  }

  private static void assertGone(String raw, String... words) {
    for (String word : words) {
      assertFalse(raw.contains(word), word);
    }
  }

  @Test
  default void erasedMessage_isGoneInAllItsVersions_andOnlyItsPlaceStays() {
    List<Message> elements =
        List.of(
            json("{'id':'q','parent_id':null,'role':'user','content':'Where?','x':1.50}"),
            json(
                "{'id':'a','parent_id':'q','timestamp':'2026-01-05T12:00:00.000000+00:00','model':'mmm-1',"
                    + "'status':'cancelled','checkpoint':true,'role':'assistant','content':'Word1'}"),
            json(
                "{'id':'a','parent_id':'q','timestamp':'2026-01-05T12:00:01.000000+00:00','model':'mmm-1',"
                    + "'finish_reason':'fff','status':'completed','response':{'id':'resp_word2'},"
                    + "'role':'assistant','content':'Word1 Word3','tool_calls':[{'id':'call_word4'}]}"),
            json("{'id':'b','parent_id':'a','role':'user','content':'And?'}"));
    try (SessionStore store = open()) {
      LogVersion before = make(store, elements);
      List<String> lines = new ArrayList<>(lines(store));
      assertEquals(Set.of("a"), store.erase(ERASED, Set.of("a")));
      lines.set(
          1,
          "{'id':'a','parent_id':'q','timestamp':'2026-01-05T12:00:00.000000+00:00','erased':true,"
              + "'role':'assistant','content':''}");
      lines.set(
          2,
          "{'id':'a','parent_id':'q','timestamp':'2026-01-05T12:00:01.000000+00:00','erased':true,"
              + "'role':'assistant','content':''}");
      lines.replaceAll(line -> line.replace('\'', '"'));
      assertEquals(lines, lines(store));
      assertGone(raw(), "Word1", "word2", "Word3", "word4", "mmm-1", "fff");
      assertNotEquals(before.epoch(), store.read(ERASED, LogVersion.NONE).version().epoch());
      Reading since = store.read(ERASED, before);
      assertTrue(since.fromStart(), "who had read it reads it again");
      assertEquals(4, since.elements().size());
      assertEquals(4, store.readEnd(ERASED, 100_000).elements().size());
    }
    assertGone(raw(), "Word1", "word2", "Word3", "word4", "mmm-1", "fff");
    try (SessionStore store = open()) {
      assertTrue(store.read(ERASED, LogVersion.NONE).elements().get(2).isErased());
      assertEquals(List.of("q", "a", "a", "b"), ids(store.read(ERASED, LogVersion.NONE)));
    }
  }

  @Test
  default void messagesThatAreNotThere_arePassedOver_andErasingTwiceIsErasingOnce() {
    try (SessionStore store = open()) {
      assertEquals(Set.of(), store.erase(ERASED, Set.of("1")));
      LogVersion version = make(store, List.of(element("1", "one"), element("2", "two")));
      assertEquals(Set.of(), store.erase(ERASED, Set.of("3", "")));
      assertEquals(version, store.read(ERASED, version).version());
      assertEquals(Set.of("1"), store.erase(ERASED, Set.of("1", "3")));
      List<String> lines = lines(store);
      LogVersion erased = store.read(ERASED, LogVersion.NONE).version();
      assertEquals(Set.of("1"), store.erase(ERASED, Set.of("1")));
      assertEquals(lines, lines(store));
      Reading since = store.read(ERASED, erased);
      assertFalse(since.fromStart());
      assertEquals(List.of(), since.elements());
    }
  }

  @Test
  default void appendFromBeforeAnErasure_isAConflict_andTheNextOneIsKept() {
    try (SessionStore store = open()) {
      LogVersion before = make(store, List.of(element("1", "one")));
      store.erase(ERASED, Set.of("1"));
      List<Message> next = List.of(element("2", "two"));
      assertEquals(Outcome.CONFLICT, store.append(OF, before, next, null).outcome());
      LogVersion now = store.read(ERASED, before).version();
      Appended appended = store.append(OF, now, next, null);
      assertEquals(Outcome.DONE, appended.outcome());
      assertEquals(List.of("1", "2"), ids(store.read(ERASED, LogVersion.NONE)));
      assertEquals(Set.of("2"), store.erase(ERASED, Set.of("2")));
      assertGone(raw(), "one", "two");
    }
  }

  @Test
  default void erasuresAmongAppends_loseNothingElse() throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(2);
    try (SessionStore store = open();
        SessionStore other = isShared() ? open() : store) {
      make(store, List.of(element("begin", "begin")));
      Future<?> appends =
          executor.submit(
              () -> {
                for (int i = 0; i < 60; i++) {
                  Outcome outcome = Outcome.CONFLICT;
                  while (outcome == Outcome.CONFLICT) {
                    LogVersion end = store.readEnd(ERASED, 100).version();
                    List<Message> next = List.of(element("m" + i, "word" + i % 2));
                    outcome = store.append(OF, end, next, null).outcome();
                  }
                }
              });
      Set<String> left = new HashSet<>();
      for (int i = 1; i < 60; i += 2) {
        left.add("m" + i);
      }
      while (!left.isEmpty()) {
        left.removeAll(other.erase(ERASED, left));
      }
      appends.get();
      List<String> expected = new ArrayList<>(List.of("begin"));
      for (int i = 0; i < 60; i++) {
        expected.add("m" + i);
      }
      Reading read = other.read(ERASED, LogVersion.NONE);
      assertEquals(expected, ids(read));
      for (int i = 0; i < 60; i++) {
        assertEquals(i % 2 == 0 ? "word0" : "", read.elements().get(i + 1).text());
      }
    } finally {
      executor.shutdownNow();
    }
    assertGone(raw(), "word1");
  }

  @Test
  default void originalRequest_isErasedWithItsQuestion_andNoOtherTakesItsPlace() {
    String words = "Tell nobody. " + "My secret is long. ".repeat(300);
    SessionState asked =
        new SessionState(
            ERASED, OF.status(), OF.step(), NOW, NOW, words, null, "a", OF.owner(), true, null);
    try (SessionStore store = open()) {
      List<Message> said = List.of(element("1", words), element("2", "Another one"));
      store.append(asked, LogVersion.NONE, said, null);
      store.saveNote(ERASED, "messages", "note");
      store.update(ERASED, state -> state.withStep(Step.WHY));
      store.erase(ERASED, Set.of("2"));
      assertTrue(store.find(ERASED).orElseThrow().isOfRequest(words), "another's question");
      store.erase(ERASED, Set.of("1"));
      SessionState erased = store.find(ERASED).orElseThrow();
      assertEquals("", erased.originalRequest());
      assertFalse(erased.provisional());
      assertEquals(Step.WHY, erased.step());
      assertGone(raw(), "secret", "Tell nobody");
      store.update(ERASED, state -> state.withProjectName("p"));
      assertEquals("", store.find(ERASED).orElseThrow().originalRequest());
      assertEquals("note", store.note(ERASED, "messages").orElseThrow());
    }
    try (SessionStore store = open()) {
      assertEquals("", store.find(ERASED).orElseThrow().originalRequest());
    }
    assertGone(raw(), "secret", "Tell nobody");
  }

  @Test
  default void erasure_isNoUse() {
    try (SessionStore store = open()) {
      Message last =
          json(
              "{'id':'1','parent_id':null,'timestamp':'"
                  + NOW.plusSeconds(5)
                  + "','role':'user','content':'x'}");
      make(store, List.of(last));
      SessionState before = store.find(ERASED).orElseThrow();
      store.erase(ERASED, Set.of("1"));
      assertEquals(before.updatedAt(), store.find(ERASED).orElseThrow().updatedAt());
      assertEquals(1, store.list(10).size());
    }
  }

  @Test
  default void messagesOfALongLog_areErased_whereverTheyStand() {
    int count = 2300;
    List<Message> elements = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      elements.add(element("m" + i, (i % 100 == 7 ? "odd" : "even") + "x".repeat(3000)));
    }
    Set<String> ids = new HashSet<>();
    for (int i = 7; i < count; i += 100) {
      ids.add("m" + i);
    }
    try (SessionStore store = open()) {
      make(store, elements);
      assertEquals(ids, store.erase(ERASED, ids));
      List<Message> read = store.read(ERASED, LogVersion.NONE).elements();
      assertEquals(count, read.size());
      for (int i = 0; i < count; i++) {
        assertEquals(i % 100 == 7, read.get(i).isErased());
        if (i % 100 != 7) {
          assertArrayEquals(elements.get(i).elementJson(), read.get(i).elementJson());
        }
      }
      assertGone(raw(), "odd");
    }
  }

  @Test
  default void whatWasKeptAsDamaged_isErasedWithItsMessage_andNotesStay() throws Exception {
    String whole = "{'id':'%s','parent_id':'q','role':'user','content':'%s'}";
    Map<String, String> files = new TreeMap<>();
    files.put("status.json", new String(OF.toJson(), UTF_8));
    files.put(
        "context/messages.json",
        "[\n" + whole.formatted("q", "first") + ",\n" + whole.formatted("a", "word1") + "\n]\n");
    files.put(
        "context/messages.damaged-1.json",
        "[\n"
            + whole.formatted("b", "other")
            + ",\n{'id':'a','parent_id':'q','role':'assistant','conXent':'word2 \\'word3,\nword4,\n"
            + whole.formatted("c", "third")
            + ",\n"
            + whole.formatted("a", "word5")
            + "\n]\n");
    files.put("context/messages.torn-2.json", ",\n{'id':'a','parent_id':null,'content':'word6");
    files.put("context/messages.md", "a note about word0 and 'id':'a','parent_id':null");
    files.replaceAll((path, text) -> text.replace('\'', '"'));
    Map<String, String> shown = new TreeMap<>();
    try (SessionStore store = open()) {
      SessionFiles all =
          visitor -> {
            for (Map.Entry<String, String> file : files.entrySet()) {
              visitor.file(file.getKey(), file.getValue().getBytes(UTF_8));
            }
            visitor.end();
          };
      assertTrue(store.restore(ERASED, all));
      assertEquals(Set.of("a"), store.erase(ERASED, Set.of("a", "d")));
      store.export(ERASED, (path, content) -> shown.put(path, new String(content, UTF_8)));
    }
    assertGone(raw(), "word1", "word2", "word3", "word4", "word5", "word6");
    String tombstone = "{'id':'a','parent_id':%s,'erased':true,'role':'%s','content':''}";
    files.put(
        "context/messages.damaged-1.json",
        ("[\n"
                + whole.formatted("b", "other")
                + ",\n"
                + tombstone.formatted("'q'", "assistant")
                + ",\n"
                + whole.formatted("c", "third")
                + ",\n"
                + tombstone.formatted("'q'", "user")
                + "\n]\n")
            .replace('\'', '"'));
    files.put(
        "context/messages.torn-2.json",
        (",\n" + tombstone.formatted("null", "user")).replace('\'', '"'));
    for (String path : List.of("context/messages.damaged-1.json", "context/messages.torn-2.json")) {
      assertEquals(files.get(path), shown.get(path));
    }
    assertEquals(files.get("context/messages.md"), shown.get("context/messages.md"));
  }
}
