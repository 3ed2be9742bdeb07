package dev.helix.store.files;

import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.state;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.Message;
import dev.helix.reliability.CountedTests;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionStore;
import dev.helix.session.SteppingClock;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody put into a session's folder in place of its files. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(60)
@ExtendWith(CountedTests.class)
class LinksTest {
  private static final SessionId ID = new SessionId("conv-a");
  private static final String SECRET = "nobody-may-read-this";

  @TempDir Path directory;
  private Path outside;

  /** What stands where; the replaced file's name says what it is. */
  private record Put(String where, String what) {}

  static Stream<Put> puts() {
    return Stream.of(
            "status.json",
            "context/messages.json",
            "context/why.md",
            "input/request.md",
            "context",
            "input",
            ".status.json.new",
            "context/.why.md.new",
            "output/x")
        .flatMap(
            where -> Stream.of("link", "pipe", "zero", "loop").map(what -> new Put(where, what)));
  }

  private SessionStore open() {
    return FileSessionStore.open(directory.resolve("sessions"), new SteppingClock());
  }

  @BeforeEach
  void fill() throws IOException {
    try (SessionStore store = open()) {
      for (String id : List.of("conv-a", "conv-b")) {
        store.append(state(id, id), LogVersion.NONE, List.of(element("1", "hello")), null);
        store.saveNote(new SessionId(id), "why", "because");
      }
    }
    outside = Files.createDirectories(directory.resolve("outside"));
    Files.writeString(
        outside.resolve("messages.json"),
        "[\n{\"id\":\"x\",\"role\":\"user\",\"content\":\"" + SECRET + "\"}\n]\n");
    Files.writeString(outside.resolve("why.md"), SECRET);
    Files.writeString(outside.resolve("request.md"), SECRET);
    Files.writeString(outside.resolve("x"), SECRET);
    Files.writeString(
        outside.resolve("status.json"),
        Files.readString(folder().resolve("status.json"))
            .replace("\"project_name\":null", "\"project_name\":\"" + SECRET + "\""));
  }

  private Path folder() {
    return directory.resolve("sessions").resolve("conv-a");
  }

  private void put(Put put) throws Exception {
    Path place = folder().resolve(put.where());
    Files.createDirectories(place.getParent());
    if (Files.isDirectory(place)) {
      Files.move(place, directory.resolve("moved"));
    } else {
      Files.deleteIfExists(place);
    }
    String name = place.getFileName().toString();
    switch (put.what()) {
      case "link" ->
          Files.createSymbolicLink(
              place,
              name.equals("context") || name.equals("input") || !Files.exists(outside.resolve(name))
                  ? outside
                  : outside.resolve(name));
      case "zero" -> Files.createSymbolicLink(place, Path.of("/dev/zero"));
      case "loop" -> Files.createSymbolicLink(place, place);
      default -> {
        Process mkfifo = new ProcessBuilder("mkfifo", place.toString()).start();
        assertTrue(mkfifo.waitFor(10, TimeUnit.SECONDS));
        assertEquals(0, mkfifo.exitValue());
      }
    }
  }

  private interface Attempt {
    Object make() throws IOException;
  }

  /** What is told of it, be it an error. */
  private static String told(Attempt attempt) throws IOException {
    try {
      return String.valueOf(attempt.make());
    } catch (SessionException e) {
      return e + " " + e.getCause();
    }
  }

  private static String text(List<Message> messages) {
    return messages.stream().map(Message::text).toList().toString();
  }

  private String use(SessionStore store) throws IOException {
    StringBuilder all = new StringBuilder();
    all.append(told(() -> store.list(9)));
    all.append(told(() -> store.find(ID)));
    all.append(told(() -> text(store.read(ID, LogVersion.NONE).elements())));
    all.append(told(() -> text(store.readEnd(ID, 10).elements())));
    all.append(told(() -> store.note(ID, "why")));
    all.append(
        told(
            () -> {
              StringBuilder shown = new StringBuilder();
              store.export(
                  ID, (path, content) -> shown.append(path).append(new String(content, UTF_8)));
              return shown;
            }));
    return all.toString();
  }

  private void write(SessionStore store) throws IOException {
    told(() -> store.saveNote(ID, "why", "anew"));
    told(() -> store.update(ID, known -> known.withProjectName("p")));
    told(
        () -> {
          LogVersion now = store.read(ID, LogVersion.NONE).version();
          return store.append(state("conv-a", "conv-a"), now, List.of(element("2", "more")), null);
        });
    told(
        () -> {
          store.force(ID);
          return null;
        });
  }

  private String ofOutside() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.list(outside)) {
      for (Path file : files.sorted().toList()) {
        all.append(file).append(Files.readString(file));
      }
    }
    return all.toString();
  }

  @ParameterizedTest
  @MethodSource("puts")
  void nothingIsFollowed_andNobodyHangs(Put put) throws Exception {
    String before = ofOutside();
    put(put);
    try (SessionStore reader = FileSessionStore.openToRead(directory.resolve("sessions"))) {
      String told = use(reader);
      assertFalse(told.contains(SECRET), told);
    }
    try (SessionStore store = open()) {
      String told = use(store);
      write(store);
      told += use(store);
      assertFalse(told.contains(SECRET), told);
      assertTrue(told.contains("conv-b"), told);
      assertEquals(
          "[hello]", text(store.read(new SessionId("conv-b"), LogVersion.NONE).elements()));
      told(() -> store.delete(ID));
    }
    assertEquals(before, ofOutside());
  }

  @ParameterizedTest
  @MethodSource("puts")
  void whatIsPutThereWhileTheStoreIsOpen_isNotFollowedEither(Put put) throws Exception {
    String before = ofOutside();
    try (SessionStore store = open()) {
      use(store);
      put(put);
      String told = use(store);
      write(store);
      told += use(store);
      assertFalse(told.contains(SECRET), told);
      assertEquals(
          "[hello]", text(store.read(new SessionId("conv-b"), LogVersion.NONE).elements()));
    }
    assertEquals(before, ofOutside());
  }

  /** Another session's folder, outside, behind a link of a session's name. */
  private Path linkedFolder() throws IOException {
    Path moved = outside.resolve("moved");
    Files.move(folder(), moved);
    Files.createSymbolicLink(folder(), moved);
    Files.writeString(moved.resolve("context/why.md"), SECRET);
    return moved;
  }

  private static String content(Path folder) throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        all.append(file).append(Files.readString(file));
      }
    }
    return all.toString();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void sessionsFolderThatIsALink_isNotFollowed_andNothingIsChanged(boolean torn) throws Exception {
    Path moved = linkedFolder();
    if (torn) {
      Files.writeString(moved.resolve("context/messages.json"), "[\n{\"id\":\"1\",\"ro");
    }
    String before = content(outside);
    try (SessionStore reader = FileSessionStore.openToRead(directory.resolve("sessions"))) {
      String told = use(reader);
      assertFalse(told.contains(SECRET), told);
      assertTrue(told.contains("is a link"), told);
      assertEquals(1, reader.list(9).size());
    }
    assertEquals(Optional.empty(), FileSessionStore.stamp(directory.resolve("sessions"), ID));
    for (int i = 0; i < 2; i++) {
      try (SessionStore store = open()) {
        assertEquals(1, store.list(9).size());
        String told = use(store);
        write(store);
        told += told(() -> store.delete(ID));
        told +=
            told(
                () ->
                    store.append(
                        state("conv-a", "conv-a"),
                        LogVersion.NONE,
                        List.of(element("2", "x")),
                        null));
        told += told(() -> store.restore(ID, visitor -> {}));
        assertFalse(told.contains(SECRET), told);
        assertTrue(told.contains("is a link"), told);
        assertFalse(told.contains("DONE"), told);
      }
      Files.deleteIfExists(directory.resolve("sessions/.recent/mark")); // It is looked through.
    }
    assertTrue(Files.isSymbolicLink(folder()));
    assertEquals(before, content(outside));
    Files.delete(folder());
    Files.move(moved, folder());
    try (SessionStore store = open()) {
      assertEquals(Optional.of(SECRET), store.note(ID, "why"), "it was its own");
    }
  }

  @Test
  void folderThatIsPutThereWhileTheStoreIsOpen_isNotFollowedEither() throws Exception {
    try (SessionStore store = open()) {
      LogVersion now = store.read(ID, LogVersion.NONE).version();
      Path moved = outside.resolve("other");
      Files.move(folder(), directory.resolve("moved"));
      Files.createDirectories(moved.resolve("context"));
      Files.writeString(moved.resolve("status.json"), "{}");
      Files.writeString(moved.resolve("context/messages.json"), "[\n{\"id\":\"1\",\"ro");
      Files.createSymbolicLink(folder(), moved);
      String before = content(outside);
      String told =
          told(
              () -> store.append(state("conv-a", "conv-a"), now, List.of(element("2", "x")), null));
      assertTrue(told.contains("is a link"), told);
      assertEquals(before, content(outside));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"link", "pipe", "zero", "loop"})
  void linkInPlaceOfInput_isInNobodysWay(String what) throws Exception {
    String before = ofOutside();
    put(new Put("input", what));
    try (SessionStore store = open()) {
      assertTrue(store.update(ID, known -> known.withProjectName("p")).isPresent());
      assertEquals("p", store.find(ID).orElseThrow().projectName());
    }
    assertTrue(Files.isDirectory(folder().resolve("input"), LinkOption.NOFOLLOW_LINKS));
    assertEquals(before, ofOutside());
  }

  @ParameterizedTest
  @ValueSource(strings = {".lock", ".recent", ".unfinished", ".owner-secret"})
  void linkInPlaceOfTheStoresOwnFiles_stopsTheStart(String name) throws IOException {
    Path own = directory.resolve("sessions").resolve(name);
    Path moved = outside.resolve("own");
    if (Files.exists(own)) {
      Files.move(own, moved);
    } else {
      Files.createDirectories(moved);
    }
    Files.createSymbolicLink(own, moved);
    String told = told(() -> open());
    assertTrue(told.contains(name), told);
    Files.delete(own);
    open().close();
  }

  @Test
  void sessionsFolderItself_mayBeALink() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("sessions"));
    try (SessionStore store = FileSessionStore.open(link, new SteppingClock())) {
      assertEquals(2, store.list(9).size());
      assertEquals("[hello]", text(store.read(ID, LogVersion.NONE).elements()));
      assertTrue(store.export(ID, (path, content) -> {}));
    }
  }

  @Test
  void archiveInTheSessionsFolder_isNoLink_butWhereItIsSet() throws IOException {
    Path sessions = directory.resolve("sessions");
    Files.createSymbolicLink(sessions.resolve("_archive"), outside);
    SessionStore.Provider files = new FileSessionStoreProvider();
    Map<String, String> settings = new HashMap<>(Map.of("helix.sessions.dir", sessions.toString()));
    IllegalArgumentException told =
        assertThrows(IllegalArgumentException.class, () -> files.archiveFolder(settings::get));
    assertTrue(told.getMessage().contains("helix.archive.dir"), told.getMessage());
    settings.put("helix.archive.dir", sessions.resolve("_archive").toString());
    assertEquals(Optional.of(sessions.resolve("_archive")), files.archiveFolder(settings::get));
  }
}
