package dev.helix.store.files;

import static dev.helix.store.SessionStoreContract.NOW;
import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.ids;
import static dev.helix.store.SessionStoreContract.state;
import static dev.helix.store.WholeSession.WHOLE;
import static dev.helix.store.WholeSession.assertSameSession;
import static dev.helix.store.WholeSession.exported;
import static dev.helix.store.WholeSession.files;
import static dev.helix.store.WholeSession.wholeFiles;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.SessionException;
import dev.helix.session.SessionFiles;
import dev.helix.session.SessionStore;
import dev.helix.store.ShownSession;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is shown of a folder, and made of what is shown. */
class WholeFolderTest {
  @TempDir Path directory;

  private SessionStore open() {
    return FileSessionStore.open(sessions());
  }

  private Path sessions() {
    return directory.resolve("sessions");
  }

  private Path folder() {
    return sessions().resolve("conv-a");
  }

  private void store() {
    try (SessionStore store = open()) {
      store.append(state("conv-a", "a"), LogVersion.NONE, List.of(element("1", "x")), null);
    }
  }

  /** What is in a sessions directory, and in that of what is unfinished. */
  private static Set<String> names(Path directory) throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> entries = Files.walk(directory, 2)) {
      for (Path entry : entries.toList()) {
        String name = directory.relativize(entry).toString();
        if (name.startsWith(".unfinished/") || (!name.isEmpty() && !name.contains("/"))) {
          names.add(name);
        }
      }
    }
    names.remove(".unfinished");
    names.remove(".recent");
    return names;
  }

  @Test
  void everyFile_isShownAsItIs_butNoHalfWrittenOnes() throws IOException {
    store();
    Files.createDirectories(folder().resolve("output/deep/.hidden"));
    Files.writeString(folder().resolve("output/deep/.hidden/.env"), "theirs");
    Files.writeString(folder().resolve("output/deep/.a.new"), "theirs too");
    Files.writeString(folder().resolve("context/messages.torn-20260105T123456789Z.json"), "{");
    Files.writeString(folder().resolve("status.unreadable-20260105T123456789Z.json"), "}");
    Files.writeString(
        folder().resolve(".status.json.123e4567-e89b-12d3-a456-426614174000"), "half");
    Files.writeString(folder().resolve("context/.why.md.new"), "half");
    try (SessionStore store = open();
        SessionStore reader = FileSessionStore.openToRead(sessions())) {
      Map<String, byte[]> shown = exported(store, WHOLE);
      assertEquals(
          Set.of(
              "status.json",
              "context/messages.json",
              "context/messages.torn-20260105T123456789Z.json",
              "status.unreadable-20260105T123456789Z.json",
              "input/request.md",
              "output/deep/.a.new",
              "output/deep/.hidden/.env"),
          shown.keySet());
      for (String path : shown.keySet()) {
        assertArrayEquals(Files.readAllBytes(folder().resolve(path)), shown.get(path), path);
      }
      assertSameSession(shown, exported(reader, WHOLE));
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void links_areNotFollowed_andWhatTheyLeadToStays() throws IOException {
    store();
    Path outside = Files.createDirectories(directory.resolve("outside"));
    Files.writeString(outside.resolve("secret"), "secret");
    Files.createSymbolicLink(folder().resolve("output"), outside);
    Files.createSymbolicLink(folder().resolve("context/note.md"), outside.resolve("secret"));
    try (SessionStore store = open()) {
      Map<String, byte[]> shown = exported(store, WHOLE);
      assertEquals(
          Set.of("status.json", "context/messages.json", "input/request.md"), shown.keySet());
      assertTrue(store.remove(WHOLE, NOW.plusSeconds(9), (path, content) -> {}));
    }
    assertEquals("secret", Files.readString(outside.resolve("secret")));
    assertEquals(Set.of(".lock"), names(sessions()));
  }

  @Test
  void tornTranscript_isRepairedFirst_andWhatWasCutOffIsShown() throws IOException {
    store();
    Path messages = folder().resolve("context/messages.json");
    Files.writeString(messages, Files.readString(messages).replace("\n]\n", ",\n{\"role\":"));
    try (SessionStore reader = FileSessionStore.openToRead(sessions())) {
      byte[] whole = exported(reader, WHOLE).get("context/messages.json");
      assertEquals(1, ShownSession.array(WHOLE, whole).size());
    }
    try (SessionStore store = open()) {
      Map<String, byte[]> shown = exported(store, WHOLE);
      assertEquals(1, ShownSession.array(WHOLE, shown.get("context/messages.json")).size());
      assertEquals(1, shown.keySet().stream().filter(path -> path.contains(".torn-")).count());
    }
  }

  @Test
  void folderOfTheOriginalWithoutMessages_isShownWithNone_andCanBeRestored() throws IOException {
    Files.createDirectories(folder());
    Files.writeString(folder().resolve("status.json"), "{\"conversation_id\":\"a\"}");
    try (SessionStore store = open()) {
      Map<String, byte[]> shown = exported(store, WHOLE);
      assertEquals(List.of(), ShownSession.array(WHOLE, shown.get("context/messages.json")));
      assertTrue(store.delete(WHOLE));
      assertTrue(store.restore(WHOLE, files(shown)));
      assertSameSession(shown, exported(store, WHOLE));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "", "{}", "[{\"role\":", "[,]"})
  void messagesThatAreNoArray_areAnErrorThatNamesTheFile_andStay(String content)
      throws IOException {
    store();
    Path messages = folder().resolve("context/messages.json");
    Files.writeString(messages, content);
    SessionFiles.Visitor nobody = (path, shown) -> {};
    try (SessionStore store = open();
        SessionStore reader = FileSessionStore.openToRead(sessions())) {
      for (Executable showing :
          List.<Executable>of(
              () -> reader.export(WHOLE, nobody),
              () -> store.export(WHOLE, nobody),
              () -> store.remove(WHOLE, NOW.plusSeconds(9), nobody))) {
        SessionException error = assertThrows(SessionException.class, showing);
        assertTrue(error.getMessage().contains(messages + " is unreadable"), error.getMessage());
      }
    }
    assertEquals(content, Files.readString(messages));
  }

  @Test
  void filesNamedLikeHalfWrittenOnes_areTheSessionsToo() throws IOException {
    store();
    Set<String> theirs =
        Set.of(".env.new", "context/.theirs.new", "context/.Notes.md.new", ".why.md.new");
    for (String path : theirs) {
      Files.writeString(folder().resolve(path), path);
    }
    try (SessionStore store = open()) {
      assertTrue(exported(store, WHOLE).keySet().containsAll(theirs));
      assertFalse(
          store.remove(
              WHOLE,
              NOW.plusSeconds(9),
              (path, content) -> Files.writeString(folder().resolve(".env.new"), "newer")));
    }
    assertEquals("newer", Files.readString(folder().resolve(".env.new")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"status.json", "context/messages.json"})
  void whatAnotherProgramWrites_afterItWasRead_isNotRemovedWithTheSession(String written)
      throws IOException {
    store();
    Path file = folder().resolve(written);
    String newer = Files.readString(file) + "\n\n";
    try (SessionStore store = open()) {
      assertFalse(
          store.remove(
              WHOLE,
              NOW.plusSeconds(9),
              (path, content) -> {
                if (path.equals(written)) {
                  Files.writeString(file, newer);
                }
              }));
      assertEquals(newer, Files.readString(file));
      assertTrue(store.remove(WHOLE, NOW.plusSeconds(9), (path, content) -> {}));
    }
  }

  @Test
  void fileThatAnotherProgramWritesMeanwhile_keepsTheSession() throws IOException {
    store();
    Files.createDirectories(folder().resolve("output"));
    Files.writeString(folder().resolve("output/report"), "old");
    try (SessionStore store = open()) {
      for (String name : List.of("report", "another")) {
        boolean removed =
            store.remove(
                WHOLE,
                NOW.plusSeconds(9),
                (path, content) -> {
                  if (path.equals("output/report")) {
                    Files.writeString(folder().resolve("output").resolve(name), "newer: " + name);
                  }
                });
        assertFalse(removed, name);
        assertEquals("newer: " + name, Files.readString(folder().resolve("output").resolve(name)));
      }
      assertTrue(store.remove(WHOLE, NOW.plusSeconds(9), (path, content) -> {}));
    }
  }

  @Test
  void restoredFolder_isLaidOutAsItWas_andNothingIsLeftBeside() throws IOException {
    try (SessionStore store = open()) {
      assertTrue(store.restore(WHOLE, files(wholeFiles())));
      assertEquals(Set.of(".lock", "conv-a"), names(sessions()));
      for (Map.Entry<String, byte[]> file : wholeFiles().entrySet()) {
        assertArrayEquals(
            file.getValue(), Files.readAllBytes(folder().resolve(file.getKey())), file.getKey());
      }
    }
  }

  @Test
  void fileThatIsShownTwice_isRefused_andNothingIsLeft() throws IOException {
    try (SessionStore store = open()) {
      SessionException refused =
          assertThrows(
              SessionException.class,
              () ->
                  store.restore(
                      WHOLE,
                      visitor -> {
                        files(wholeFiles()).each(visitor);
                        visitor.file("logs/empty", "again".getBytes(UTF_8));
                      }));
      assertTrue(refused.getMessage().contains("conv-a"), refused.getMessage());
      assertEquals(Set.of(".lock"), names(sessions()));
    }
  }

  @Test
  void folderWithoutStatus_isSetAside_whenItsSessionIsRestored() throws IOException {
    Files.createDirectories(folder());
    Files.writeString(folder().resolve("theirs"), "x");
    try (SessionStore store = open()) {
      assertTrue(store.restore(WHOLE, files(wholeFiles())));
      assertEquals(List.of("1", "2"), ids(store.read(WHOLE, LogVersion.NONE)));
    }
    assertEquals(3, names(sessions()).size());
  }

  @Test
  void removal_leavesWhatWasSetAside() throws IOException {
    store();
    Files.createDirectories(sessions().resolve("conv-a.unreadable-20260105T123456789Z"));
    try (SessionStore store = open()) {
      assertTrue(store.remove(WHOLE, NOW.plusSeconds(9), (path, content) -> {}));
    }
    assertEquals(Set.of(".lock", "conv-a.unreadable-20260105T123456789Z"), names(sessions()));
  }

  @Test
  void check_leavesNothing_andFailsWhereTheDirectoryIsGone() throws IOException {
    Path left = Files.createDirectories(sessions().resolve(".unfinished")).resolve("check.123");
    Files.writeString(left, "");
    try (SessionStore store = open()) {
      store.check();
      assertEquals(Set.of(".lock"), names(sessions()));
      Files.move(sessions(), directory.resolve("unmounted"));
      SessionException error = assertThrows(SessionException.class, store::check);
      assertTrue(error.getMessage().contains(sessions().toString()), error.getMessage());
      Files.move(directory.resolve("unmounted"), sessions());
      store.check();
    }
    SessionStore closed = open();
    closed.close();
    assertThrows(SessionException.class, closed::check);
  }
}
