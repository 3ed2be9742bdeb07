package dev.helix.store.files;

import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.ids;
import static dev.helix.store.SessionStoreContract.state;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.helix.scripted.JavaProgram;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.SessionStore.Reading;
import dev.helix.session.Step;
import dev.helix.session.SteppingClock;
import dev.helix.store.SessionStoreContract;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSessionStoreTest implements SessionStoreContract {
  private static final SessionId ID = new SessionId("conv-a");

  @TempDir Path directory;

  @Override
  public String raw() {
    return RawFiles.in(directory);
  }

  @Override
  public SessionStore open() {
    return FileSessionStore.open(directory.resolve("sessions"), new SteppingClock());
  }

  @Override
  public boolean isShared() {
    return false;
  }

  @Override
  public boolean keepsAllNamesApart() {
    try {
      Files.writeString(directory.resolve("small"), "");
      return !Files.exists(directory.resolve("SMALL"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path folder() {
    return directory.resolve("sessions").resolve("conv-a");
  }

  private Path messages() {
    return folder().resolve("context/messages.json");
  }

  private Path status() {
    return folder().resolve("status.json");
  }

  /** The names of a directory's entries, sorted. */
  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  private void storeTwo() {
    try (SessionStore store = open()) {
      LogVersion one =
          store
              .append(state("conv-a", "a"), LogVersion.NONE, List.of(element("1", "one")), null)
              .version();
      store.append(state("conv-a", "a"), one, List.of(element("2", "two")), null);
    }
  }

  @Test
  void folder_isLaidOutAsTheOriginals() throws IOException {
    storeTwo();
    assertEquals(List.of(".lock", ".recent", "conv-a"), names(directory.resolve("sessions")));
    assertEquals(List.of("context", "input", "status.json"), names(folder()));
    assertEquals(List.of("messages.json"), names(folder().resolve("context")));
    assertEquals("# User Request\n\nfirst", Files.readString(folder().resolve("input/request.md")));
    assertEquals(
        """
        [
        {"id":"1","parent_id":null,"role":"user","content":"one"},
        {"id":"2","parent_id":null,"role":"user","content":"two"}
        ]
        """,
        Files.readString(messages()));
  }

  @Test
  void folderOfTheOriginal_opensAndGoesOn() throws IOException {
    Files.createDirectories(messages().getParent());
    Files.writeString(
        status(),
        """
        {"session_id": "conv-a", "status": "discussing", "step": "why",
         "created_at": "2025-11-02T10:00:00.123456", "updated_at": "2025-11-02T10:00:01.123456",
         "original_request": "Hallo", "project_name": null, "conversation_id": "a", "mine": [1]}""");
    String original =
        """
        [
          {
            "role": "user",
            "content": "Hallo"
          },
          {
            "role": "assistant",
            "content": "Gr\\u00fc\\u00df dich"
          }
        ]""";
    Files.writeString(messages(), original);
    try (SessionStore store = open()) {
      SessionState state = store.find(ID).orElseThrow();
      assertEquals(Step.WHY, state.step());
      Reading read = store.read(ID, LogVersion.NONE);
      assertEquals("Grüß dich", read.elements().get(1).text());
      assertEquals(
          Outcome.DONE,
          store.append(state, read.version(), List.of(element("3", "x")), null).outcome());
      assertEquals(List.of("3"), ids(store.read(ID, read.version())));
      store.update(state.sessionId(), found -> found.withStep(Step.DONE));
    }
    assertEquals(
        original.substring(0, original.length() - 2)
            + ",\n{\"id\":\"3\",\"parent_id\":null,\"role\":\"user\",\"content\":\"x\"}\n]\n",
        Files.readString(messages()));
    String json = Files.readString(status());
    assertEquals(List.of(1), new ObjectMapper().readValue(json, Map.class).get("mine"));
    assertTrue(json.contains("\"2025-11-02T10:00:00.123456\""), json);
    assertTrue(Files.exists(folder().resolve("input/request.md")));
  }

  @Test
  void folderWithoutAnyMessages_isAnEmptyTranscript_thatCanBeAppendedTo() throws IOException {
    Files.createDirectories(folder());
    Files.writeString(status(), "{\"conversation_id\":\"a\"}");
    try (SessionStore store = open()) {
      Reading read = store.read(ID, LogVersion.NONE);
      assertEquals(List.of(), read.elements());
      LogVersion one =
          store
              .append(state("conv-a", "a"), read.version(), List.of(element("1", "x")), null)
              .version();
      assertEquals(List.of("1"), ids(store.read(ID, read.version())));
      store.append(state("conv-a", "a"), one, List.of(element("2", "y")), null);
      assertEquals(List.of("2"), ids(store.read(ID, one)));
    }
    try (SessionStore store = open()) {
      assertEquals(List.of("1", "2"), ids(store.read(ID, LogVersion.NONE)));
    }
  }

  @Test
  void longTailOfWhiteSpace_isCovered_andTheArrayStaysValid() throws IOException {
    storeTwo();
    Files.writeString(messages(), "\n".repeat(5000), StandardOpenOption.APPEND);
    try (SessionStore store = open()) {
      LogVersion two = store.read(ID, LogVersion.NONE).version();
      LogVersion three =
          store.append(state("conv-a", "a"), two, List.of(element("3", "x")), null).version();
      assertEquals(3, new ObjectMapper().readTree(messages().toFile()).size());
      store.append(state("conv-a", "a"), three, List.of(element("4", "y")), null);
      assertEquals(List.of("3", "4"), ids(store.read(ID, two)));
    }
    assertEquals(4, new ObjectMapper().readTree(messages().toFile()).size());
  }

  @Test
  void externalAppend_isNoticed_andReadFromTheStart() throws IOException {
    try (SessionStore store = open()) {
      SessionState state = state("conv-a", "a");
      LogVersion one =
          store.append(state, LogVersion.NONE, List.of(element("1", "x")), null).version();
      Files.writeString(
          messages(), "[{\"role\":\"user\",\"content\":\"theirs\"}, 7, {\"no\":\"role\"}]");
      assertEquals(
          Outcome.CONFLICT, store.append(state, one, List.of(element("2", "y")), null).outcome());
      Reading read = store.read(ID, one);
      assertTrue(read.fromStart());
      assertEquals("theirs", read.elements().get(0).text());
      store.append(state, read.version(), List.of(element("2", "y")), null);
      assertEquals(
          """
          [{"role":"user","content":"theirs"}, 7, {"no":"role"},
          {"id":"2","parent_id":null,"role":"user","content":"y"}
          ]
          """,
          Files.readString(messages()));
    }
  }

  @Test
  void externalChangeOfTheStatus_isNoticed_andSurvivesTheFlush() throws IOException {
    try (SessionStore store = open()) {
      SessionState state = state("conv-a", "a");
      LogVersion one = store.append(state, LogVersion.NONE, List.of(), null).version();
      Files.writeString(status(), "{\"conversation_id\":\"a\",\"project_name\":\"theirs\"}");
      assertEquals("theirs", store.find(ID).orElseThrow().projectName());
      store.append(state.withUpdatedAt(NOW.plusSeconds(1)), one, List.of(element("1", "x")), null);
    }
    try (SessionStore store = open()) {
      SessionState state = store.find(ID).orElseThrow();
      assertEquals("theirs", state.projectName());
      assertEquals(NOW.plusSeconds(1), state.updatedAt());
    }
  }

  @Test
  void folderThatIsTakenAwayWhileInUse_isNoSession_andNothingIsMadeInItsPlace() throws IOException {
    try (SessionStore store = open()) {
      SessionState state = state("conv-a", "a");
      LogVersion one =
          store.append(state, LogVersion.NONE, List.of(element("1", "x")), null).version();
      Path away = Files.move(folder(), directory.resolve("away"));
      assertEquals(
          Outcome.CONFLICT, store.append(state, one, List.of(element("2", "y")), null).outcome());
      assertFalse(Files.exists(folder()));
      assertTrue(store.find(ID).isEmpty());
      Files.move(away, folder());
      LogVersion back = store.read(ID, LogVersion.NONE).version();
      assertEquals(
          Outcome.DONE, store.append(state, back, List.of(element("2", "y")), null).outcome());
      assertEquals(List.of("1", "2"), ids(store.read(ID, LogVersion.NONE)));
    }
  }

  @Test
  void unreadableStatus_ofWhichNothingTellsWhoseItIs_isSetAsideWithItsFolder() throws IOException {
    for (String broken : List.of("", "{\"session_id\":", "\0\0\0\0", "[]")) {
      storeTwo();
      Files.writeString(status(), broken);
      Files.writeString(folder().resolve("input/.status.json"), broken);
      Files.writeString(messages(), "[{\"role\":\"user\",\"content\":\"two\"}]");
      try (SessionStore store = open()) {
        assertEquals(Optional.empty(), store.find(ID));
        assertEquals(List.of(), store.list(10));
        assertFalse(Files.exists(folder()));
        String aside =
            names(directory.resolve("sessions")).stream()
                .filter(name -> name.startsWith("conv-a.unreadable-"))
                .findFirst()
                .orElseThrow();
        Path kept = directory.resolve("sessions").resolve(aside).resolve("context/messages.json");
        assertTrue(Files.readString(kept).contains("two"));
        store.append(state("conv-a", "a"), LogVersion.NONE, List.of(), null);
        assertTrue(store.delete(ID));
      }
      assertEquals(List.of(".lock", ".recent"), names(directory.resolve("sessions")));
    }
  }

  @Test
  void statusThatBreaksWhileInUse_isHealed_andACopyKept() throws IOException {
    try (SessionStore store = open()) {
      SessionState state = state("conv-a", "a");
      store.append(state, LogVersion.NONE, List.of(element("1", "x")), null);
      Files.writeString(status(), "{\"half");
      assertEquals(Optional.of(state), store.find(ID));
      assertTrue(store.update(state.sessionId(), found -> found.withStep(Step.DONE)).isPresent());
    }
    try (SessionStore store = open()) {
      assertEquals(Step.DONE, store.find(ID).orElseThrow().step());
    }
    assertEquals(1, names(folder()).stream().filter(n -> n.contains("unreadable")).count());
  }

  @Test
  void folderWithoutStatus_isNoSession_andIsSetAsideWhenItsNameIsNeeded() throws IOException {
    Files.createDirectories(messages().getParent());
    Files.writeString(messages(), "[{\"role\":\"user\",\"content\":\"whose?\"}]");
    try (SessionStore store = open()) {
      assertEquals(Optional.empty(), store.find(ID));
      store.append(state("conv-a", "a"), LogVersion.NONE, List.of(element("1", "mine")), null);
      assertEquals(List.of("1"), ids(store.read(ID, LogVersion.NONE)));
    }
    assertEquals(4, names(directory.resolve("sessions")).size());
  }

  @Test
  void secondServer_isRefusedWithTheDirectorysName_andTheFirstGoesOn() {
    try (SessionStore first = open()) {
      SessionException refused = assertThrows(SessionException.class, this::open);
      assertTrue(
          refused.getMessage().contains(directory.resolve("sessions").toString()),
          refused.getMessage());
      first.append(state("conv-a", "a"), LogVersion.NONE, List.of(), null);
    }
    open().close();
  }

  @Test
  void secondProcess_isRefused_alsoAfterAnotherRefusal() throws Exception {
    try (SessionStore first = open()) {
      assertThrows(SessionException.class, this::open);
      Process process =
          new ProcessBuilder(
                  JavaProgram.command(
                      OpenAndExit.class, List.of(), directory.resolve("sessions").toString()))
              .redirectErrorStream(true)
              .start();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertEquals(7, process.waitFor(), output);
      first.append(state("conv-a", "a"), LogVersion.NONE, List.of(), null);
    }
  }

  /** Another server: exits with 7 where the directory is refused. */
  static final class OpenAndExit {
    public static void main(String[] args) {
      try {
        FileSessionStore.open(Path.of(args[0])).close();
      } catch (SessionException e) {
        System.exit(7);
      }
    }
  }

  @Test
  void closedStore_refusesToWork() {
    SessionStore store = open();
    store.close();
    store.close();
    assertThrows(SessionException.class, () -> store.find(ID));
  }

  @Test
  void interruptedThread_breaksNothing() {
    try (SessionStore store = open()) {
      SessionState state = state("conv-a", "a");
      LogVersion one =
          store.append(state, LogVersion.NONE, List.of(element("1", "x")), null).version();
      Thread.currentThread().interrupt();
      Outcome outcome = store.append(state, one, List.of(element("2", "y")), null).outcome();
      assertTrue(Thread.interrupted());
      assertEquals(Outcome.DONE, outcome);
      assertEquals(List.of("1", "2"), ids(store.read(ID, LogVersion.NONE)));
    }
  }

  @Test
  void appendWritesOnlyWhatIsNew() throws IOException {
    try (SessionStore store = open()) {
      SessionState state = state("conv-a", "a");
      LogVersion version =
          store.append(state, LogVersion.NONE, List.of(element("1", "x")), null).version();
      byte[] before = Files.readAllBytes(messages());
      store.append(state, version, List.of(element("2", "y")), null);
      byte[] after = Files.readAllBytes(messages());
      int kept = before.length - 3;
      assertArrayEquals(
          java.util.Arrays.copyOf(before, kept), java.util.Arrays.copyOf(after, kept));
    }
  }

  @Test
  void provider_isFoundByItsName_andTakesTheDirectoryFromTheSettings() {
    Path chosen = directory.resolve("chosen");
    try (SessionStore store =
        SessionStore.open("files", Map.of("helix.sessions.dir", chosen.toString())::get)) {
      store.append(state("conv-a", "a"), LogVersion.NONE, List.of(), null);
    }
    assertTrue(Files.exists(chosen.resolve("conv-a/status.json")));
    IllegalArgumentException unknown =
        assertThrows(IllegalArgumentException.class, () -> SessionStore.open("tape", key -> null));
    assertTrue(unknown.getMessage().contains("files"), unknown.getMessage());
  }
}
