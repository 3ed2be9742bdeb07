package dev.helix.store;

import static dev.helix.store.SessionStoreContract.NOW;
import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.ids;
import static dev.helix.store.SessionStoreContract.state;
import static dev.helix.store.WholeSession.ELEMENTS;
import static dev.helix.store.WholeSession.STATUS;
import static dev.helix.store.WholeSession.WHOLE;
import static dev.helix.store.WholeSession.assertSameSession;
import static dev.helix.store.WholeSession.elements;
import static dev.helix.store.WholeSession.exported;
import static dev.helix.store.WholeSession.files;
import static dev.helix.store.WholeSession.json;
import static dev.helix.store.WholeSession.shown;
import static dev.helix.store.WholeSession.wholeFiles;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A whole session as files: shown, made of them, shown and removed. */
public interface WholeSessionContract extends StoreUnderTest {
  @Test
  default void absentSession_isNotShown_andNotRemoved() throws IOException {
    try (SessionStore store = open()) {
      SessionFiles.Visitor nobody =
          (path, content) -> {
            throw new AssertionError("shown: " + path);
          };
      assertFalse(store.export(WHOLE, nobody));
      assertFalse(store.remove(WHOLE, NOW.plusSeconds(60), nobody));
      store.check();
    }
  }

  @Test
  default void export_showsAllThatIsKept_alsoWhenReopened() throws IOException {
    SessionState state = state("conv-a", "a");
    List<Message> elements = List.of(element("1", "one"), element("2", "zwei ü"));
    Map<String, byte[]> first;
    try (SessionStore store = open()) {
      LogVersion one = store.append(state, LogVersion.NONE, elements, null).version();
      store.append(
          state.withUpdatedAt(NOW.plusSeconds(5)), one, List.of(element("3", "three")), null);
      store.saveNote(WHOLE, "why", "because");
      first = exported(store, WHOLE);
      assertEquals(
          state.withUpdatedAt(NOW.plusSeconds(5)),
          SessionState.parse(WHOLE, first.get("status.json")));
      assertEquals(
          List.of("1", "2", "3"),
          ShownSession.array(WHOLE, first.get("context/messages.json")).stream()
              .map(Message::id)
              .toList());
      assertArrayEquals("because".getBytes(UTF_8), first.get("context/why.md"));
    }
    try (SessionStore store = open()) {
      assertSameSession(first, exported(store, WHOLE));
    }
  }

  @Test
  default void export_ofAVisitorThatThrows_passesItOn_andTheSessionIsUsable() throws IOException {
    try (SessionStore store = open()) {
      assertTrue(store.restore(WHOLE, files(wholeFiles())));
      IOException full = new IOException("no room");
      IOException thrown =
          assertThrows(
              IOException.class,
              () ->
                  store.export(
                      WHOLE,
                      (path, content) -> {
                        throw full;
                      }));
      assertSame(full, thrown);
      assertSameSession(wholeFiles(), exported(store, WHOLE));
    }
  }

  @Test
  default void restoredSession_isThatSession_andGoesOn() throws IOException {
    try (SessionStore store = open()) {
      assertTrue(store.restore(WHOLE, files(wholeFiles())));
      assertSameSession(wholeFiles(), exported(store, WHOLE));
      SessionState expected = SessionState.parse(WHOLE, STATUS.getBytes(UTF_8));
      assertEquals(Optional.of(expected), store.find(WHOLE));
      assertEquals(List.of(expected), store.list(5));
    }
    try (SessionStore store = open()) {
      assertSameSession(wholeFiles(), exported(store, WHOLE));
      assertEquals(Optional.of("Grüße\n\0🦊"), store.note(WHOLE, "why"));
      SessionState state = store.find(WHOLE).orElseThrow();
      Reading read = store.read(WHOLE, LogVersion.NONE);
      assertEquals(List.of("1", "2"), ids(read));
      Appended next = store.append(state, read.version(), List.of(element("3", "x")), null);
      assertEquals(Outcome.DONE, next.outcome());
      store.force(WHOLE);
      assertEquals(List.of("3"), ids(store.read(WHOLE, read.version())));
    }
  }

  @Test
  default void fieldsThatOthersKeep_surviveEveryChange() throws IOException {
    JsonNode theirs = json(STATUS.getBytes(UTF_8)).get("mine");
    try (SessionStore store = open()) {
      assertTrue(store.restore(WHOLE, files(wholeFiles())));
      SessionState state = store.find(WHOLE).orElseThrow();
      assertTrue(
          store
              .update(
                  state.sessionId(), found -> found.withStep(Step.DONE).withProjectName("project"))
              .isPresent());
      LogVersion version = store.read(WHOLE, LogVersion.NONE).version();
      store.append(
          state.withUpdatedAt(NOW.plusSeconds(9)), version, List.of(element("3", "x")), null);
    }
    try (SessionStore store = open()) {
      Map<String, byte[]> files = exported(store, WHOLE);
      String status = new String(files.get("status.json"), UTF_8);
      assertEquals(theirs, json(files.get("status.json")).get("mine"));
      assertTrue(status.contains("1.00") && status.contains("12345678901234567890.50"), status);
      SessionState after = SessionState.parse(WHOLE, files.get("status.json"));
      assertEquals(Step.DONE, after.step());
      assertEquals(NOW.plusSeconds(9), after.updatedAt());
      List<String> elements = elements(files.get("context/messages.json"));
      assertEquals(elements(ELEMENTS.getBytes(UTF_8)), elements.subList(0, 2), "what was restored");
      assertEquals(3, elements.size());
    }
  }

  @Test
  default void sessionThatExists_isNotRestoredOver() throws IOException {
    try (SessionStore store = open()) {
      store.append(state("conv-a", "a"), LogVersion.NONE, List.of(element("7", "mine")), null);
      Map<String, byte[]> before = exported(store, WHOLE);
      assertFalse(store.restore(WHOLE, files(wholeFiles())));
      assertSameSession(before, exported(store, WHOLE));
      assertEquals(List.of("7"), ids(store.read(WHOLE, LogVersion.NONE)));
    }
  }

  @Test
  default void filesThatAreNoSession_areRefused_andNothingIsStored() throws IOException {
    Map<String, byte[]> wrong = new LinkedHashMap<>();
    wrong.put("status.json", "[]".getBytes(UTF_8));
    wrong.put("context/messages.json", "{}".getBytes(UTF_8));
    for (String path :
        new String[] {"../x", "a/../../x", "/etc/x", "a//b", "", ".", "a\\b", "C:x"}) {
      wrong.put(path, "x".getBytes(UTF_8));
    }
    try (SessionStore store = open()) {
      for (Map.Entry<String, byte[]> entry : wrong.entrySet()) {
        Map<String, byte[]> files = wholeFiles();
        files.put(entry.getKey(), entry.getValue());
        assertThrows(
            IllegalArgumentException.class,
            () -> store.restore(WHOLE, files(files)),
            entry.getKey());
      }
      for (String missing : List.of("status.json", "context/messages.json")) {
        Map<String, byte[]> files = wholeFiles();
        files.remove(missing);
        assertThrows(
            IllegalArgumentException.class, () -> store.restore(WHOLE, files(files)), missing);
      }
      assertEquals(Optional.empty(), store.find(WHOLE));
      assertEquals(List.of(), store.list(5));
      assertTrue(store.restore(WHOLE, files(wholeFiles())));
    }
  }

  @Test
  default void filesThatBreakOff_storeNothing() throws IOException {
    IOException broken = new IOException("the archive ends here");
    SessionFiles files =
        visitor -> {
          for (Map.Entry<String, byte[]> file : wholeFiles().entrySet()) {
            visitor.file(file.getKey(), file.getValue());
          }
          throw broken;
        };
    try (SessionStore store = open()) {
      assertSame(broken, assertThrows(IOException.class, () -> store.restore(WHOLE, files)));
      assertEquals(Optional.empty(), store.find(WHOLE));
      assertEquals(List.of(), store.list(5));
    }
    try (SessionStore store = open()) {
      assertEquals(Optional.empty(), store.find(WHOLE));
      assertTrue(store.restore(WHOLE, files(wholeFiles())));
      assertSameSession(wholeFiles(), exported(store, WHOLE));
    }
  }

  @Test
  default void removedSession_wasShown_andIsGoneForGood() throws IOException {
    try (SessionStore store = open()) {
      assertTrue(store.restore(WHOLE, files(wholeFiles())));
      store.append(state("conv-ab", "ab"), LogVersion.NONE, List.of(), null);
      SessionState state = store.find(WHOLE).orElseThrow();
      LogVersion version = store.read(WHOLE, LogVersion.NONE).version();
      Map<String, byte[]> shown =
          shown(
              visitor ->
                  assertTrue(store.remove(WHOLE, state.updatedAt().plusNanos(1000), visitor)));
      assertSameSession(wholeFiles(), shown);
      assertEquals(Optional.empty(), store.find(WHOLE));
      assertEquals(Reading.NOTHING, store.read(WHOLE, version));
      assertEquals(Optional.empty(), store.note(WHOLE, "why"));
      assertEquals(1, store.list(5).size());
      assertEquals(
          Outcome.CONFLICT,
          store.append(state, version, List.of(element("9", "x")), null).outcome());
      assertFalse(store.delete(WHOLE));
    }
    try (SessionStore store = open()) {
      assertEquals(Optional.empty(), store.find(WHOLE));
      assertTrue(store.find(new SessionId("conv-ab")).isPresent());
      assertTrue(store.restore(WHOLE, files(wholeFiles())));
      assertSameSession(wholeFiles(), exported(store, WHOLE));
    }
  }

  @Test
  default void sessionThatWasUsedSince_staysAsItIs() throws IOException {
    SessionState state = state("conv-a", "a");
    try (SessionStore store = open()) {
      LogVersion one =
          store.append(state, LogVersion.NONE, List.of(element("1", "x")), null).version();
      assertFalse(store.remove(WHOLE, NOW, (path, content) -> {}));
      store.append(state.withUpdatedAt(NOW.plusSeconds(60)), one, List.of(element("2", "y")), null);
      assertFalse(store.remove(WHOLE, NOW.plusSeconds(60), (path, content) -> {}));
      assertEquals(List.of("1", "2"), ids(store.read(WHOLE, LogVersion.NONE)));
      assertTrue(store.remove(WHOLE, NOW.plusSeconds(61), (path, content) -> {}));
    }
  }

  @Test
  default void visitorThatFails_alsoAtTheEnd_keepsTheSession() throws IOException {
    try (SessionStore store = open()) {
      assertTrue(store.restore(WHOLE, files(wholeFiles())));
      IOException full = new IOException("no room");
      for (boolean atTheEnd : new boolean[] {false, true}) {
        SessionFiles.Visitor failing =
            new SessionFiles.Visitor() {
              @Override
              public void file(String path, byte[] content) throws IOException {
                if (!atTheEnd) {
                  throw full;
                }
              }

              @Override
              public void end() throws IOException {
                throw full;
              }
            };
        assertSame(
            full,
            assertThrows(
                IOException.class, () -> store.remove(WHOLE, NOW.plusSeconds(60), failing)));
        assertSameSession(wholeFiles(), exported(store, WHOLE));
      }
    }
  }

  @Test
  default void writerThatComesWhileASessionIsRemoved_losesNothing() throws Exception {
    SessionState state = state("conv-a", "a");
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try (SessionStore store = open()) {
      LogVersion one =
          store.append(state, LogVersion.NONE, List.of(element("1", "x")), null).version();
      CountDownLatch writing = new CountDownLatch(1);
      List<Future<Appended>> writer = new ArrayList<>();
      SessionState used = state.withUpdatedAt(NOW.plusSeconds(100));
      boolean removed =
          store.remove(
              WHOLE,
              NOW.plusSeconds(60),
              (path, content) -> {
                if (writer.isEmpty()) {
                  writer.add(
                      executor.submit(
                          () -> {
                            writing.countDown();
                            return store.append(used, one, List.of(element("2", "y")), null);
                          }));
                  try {
                    assertTrue(writing.await(20, TimeUnit.SECONDS));
                  } catch (InterruptedException e) {
                    throw new IOException(e);
                  }
                }
              });
      Appended written = writer.get(0).get(20, TimeUnit.SECONDS);
      if (written.outcome() == Outcome.DONE) {
        assertFalse(removed, "what was acknowledged was removed");
        assertEquals(List.of("1", "2"), ids(store.read(WHOLE, LogVersion.NONE)));
      } else {
        assertEquals(Outcome.CONFLICT, written.outcome());
        assertTrue(removed);
        assertEquals(Optional.empty(), store.find(WHOLE));
      }
    } finally {
      executor.shutdownNow();
    }
  }
}
