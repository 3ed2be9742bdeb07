package dev.helix.store.files;

import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.ids;
import static dev.helix.store.SessionStoreContract.state;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.helix.reliability.CountedTests;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStatus;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.SteppingClock;
import dev.helix.store.MemoryFolder;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The making of a session, its state's replacement and its deletion, broken off by a crash. */
@ExtendWith(CountedTests.class)
class TornSessionTest {
  private static final SessionId ID = new SessionId("conv-a");

  @TempDir(factory = MemoryFolder.class)
  Path directory;

  private byte[] status;
  private byte[] messages;

  @BeforeEach
  void makeOne() throws IOException {
    try (SessionStore store = open()) {
      create(store, ID, "ä 🐍");
    }
    status = Files.readAllBytes(statusFile());
    messages = Files.readAllBytes(messagesFile());
  }

  private SessionStore open() {
    return FileSessionStore.open(directory, new SteppingClock());
  }

  private static void create(SessionStore store, SessionId id, String text) {
    assertEquals(
        Outcome.DONE,
        store
            .append(state(id.value(), "a"), LogVersion.NONE, List.of(element("1", text)), null)
            .outcome());
  }

  private Path folder() {
    return directory.resolve("conv-a");
  }

  private Path statusFile() {
    return folder().resolve("status.json");
  }

  private Path messagesFile() {
    return folder().resolve("context/messages.json");
  }

  private static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return new TreeSet<>(files.map(f -> f.getFileName().toString()).toList());
    }
  }

  /** A file as a loss of power leaves it: short, or of full length and zeros from there on. */
  private static List<byte[]> tornAt(byte[] whole, int cut) {
    byte[] shortened = Arrays.copyOf(whole, cut);
    return List.of(shortened, Arrays.copyOf(shortened, whole.length));
  }

  /** A session of its own that a loss of power left like this. */
  private SessionId left(int number, byte[] statusLeft, byte[] messagesLeft) throws IOException {
    SessionId id = new SessionId("conv-" + number);
    Path made = directory.resolve(id.value());
    Files.createDirectories(made.resolve("context"));
    Files.write(made.resolve("status.json"), statusLeft);
    Files.write(made.resolve("context/messages.json"), messagesLeft);
    return id;
  }

  @Test
  void newSessionsState_tornAtAnyByte_isMadeAnewOfItsTranscript() throws IOException {
    List<SessionId> torn = new ArrayList<>();
    List<byte[]> bytesLeft = new ArrayList<>();
    // The white space at the end may be missing.
    int whole = new String(status, UTF_8).stripTrailing().getBytes(UTF_8).length;
    for (int cut = 0; cut < whole; cut++) {
      for (byte[] bytes : tornAt(status, cut)) {
        torn.add(left(torn.size(), bytes, messages));
        bytesLeft.add(bytes);
      }
    }
    try (SessionStore store = open()) {
      for (int i = 0; i < torn.size(); i++) {
        SessionId id = torn.get(i);
        assertEquals("" + i, store.find(id).orElseThrow().conversationId());
        SessionStore.Reading read = store.read(id, LogVersion.NONE);
        assertEquals(List.of("1"), ids(read));
        assertEquals(
            Outcome.DONE,
            store
                .append(
                    state(id.value(), "" + i), read.version(), List.of(element("2", "next")), null)
                .outcome());
        String aside =
            names(directory.resolve(id.value())).stream()
                .filter(name -> name.startsWith("status.unreadable-"))
                .findFirst()
                .orElseThrow();
        assertArrayEquals(
            bytesLeft.get(i), Files.readAllBytes(directory.resolve(id.value()).resolve(aside)));
      }
      assertEquals(torn.size() + 1, store.list(torn.size() * 2).size());
      assertEquals(torn.size(), store.damages());
    }
  }

  @Test
  void newSessionsState_whoseItIsNotTold_isSetAsideWhole_andTheNameIsFree() throws IOException {
    SessionId id = new SessionId("conv-a-c14cddc033f64b9d");
    SessionId made = left(0, new byte[0], messages);
    Files.move(directory.resolve(made.value()), directory.resolve(id.value()));
    try (SessionStore store = open()) {
      assertEquals(Optional.empty(), store.find(id));
      create(store, id, "again");
      assertEquals(List.of("1"), ids(store.read(id, LogVersion.NONE)));
    }
    String aside =
        names(directory).stream().filter(name -> name.contains(".unreadable-")).findFirst().get();
    assertArrayEquals(
        messages, Files.readAllBytes(directory.resolve(aside).resolve("context/messages.json")));
  }

  @Test
  void newSessionsTranscript_tornAtAnyByte_isRepairedOrSetAside() throws IOException {
    int number = 0;
    try (SessionStore store = open()) {
      for (int cut = 0; cut < messages.length; cut++) {
        for (byte[] bytes : tornAt(messages, cut)) {
          SessionId id = left(number++, status, bytes);
          SessionStore.Reading read = store.read(id, LogVersion.NONE);
          assertEquals(cut < messages.length - 3 ? List.of() : List.of("1"), ids(read));
          assertEquals(
              Outcome.DONE,
              store
                  .append(
                      state(id.value(), "a"), read.version(), List.of(element("2", "next")), null)
                  .outcome());
          assertEquals(List.of("2"), ids(store.read(id, read.version())));
          Path file = directory.resolve(id.value()).resolve("context/messages.json");
          assertTrue(new ObjectMapper().readTree(file.toFile()).isArray());
        }
      }
    }
  }

  @Test
  void sessionWhoseTranscriptIsMissing_isEmpty_andGoesOn() throws IOException {
    Files.delete(messagesFile());
    try (SessionStore store = open()) {
      SessionStore.Reading read = store.read(ID, LogVersion.NONE);
      assertEquals(List.of(), read.elements());
      store.append(state("conv-a", "a"), read.version(), List.of(element("2", "next")), null);
      store.force(ID);
    }
    assertEquals(1, new ObjectMapper().readTree(messagesFile().toFile()).size());
  }

  @Test
  void sessionThatWasHalfMade_isTidiedAwayAtTheStart_howeverFarItWas() throws IOException {
    Path hidden = directory.resolve(".unfinished/new.conv-b.123");
    for (int steps = 0; steps <= 4; steps++) {
      Files.createDirectories(steps > 0 ? hidden.resolve("context") : hidden.getParent());
      if (steps > 1) {
        Files.write(hidden.resolve("status.json"), Arrays.copyOf(status, steps * 10));
      }
      if (steps > 2) {
        Files.write(hidden.resolve("context/messages.json"), Arrays.copyOf(messages, steps * 10));
      }
      try (SessionStore store = open()) {
        assertFalse(Files.exists(directory.resolve(".unfinished")), "after " + steps);
        assertEquals(1, store.list(10).size());
        create(store, new SessionId("conv-b"), "x");
        assertTrue(store.delete(new SessionId("conv-b")));
      }
    }
  }

  @Test
  void stateThatWasReplaced_tornAtAnyByte_isTheOldOne_andTheNextReplacementTidies()
      throws IOException {
    SessionState next = state("conv-a", "a").withStatus(SessionStatus.READY);
    try (SessionStore store = open()) {
      for (int cut = 0; cut <= status.length; cut++) {
        Files.write(statusFile(), status);
        Files.write(folder().resolve(".status.json.new"), Arrays.copyOf(status, cut));
        assertEquals(SessionStatus.DISCUSSING, store.find(ID).orElseThrow().status());
        assertTrue(store.update(next.sessionId(), any -> next).isPresent());
        assertEquals(
            SessionStatus.READY,
            FileSessionStore.openToRead(directory).find(ID).orElseThrow().status());
        assertEquals(Set.of("context", "input", "status.json"), names(folder()));
      }
    }
  }

  @Test
  void deletionThatBrokeOff_isFinishedAtTheStart() throws IOException {
    Path gone = directory.resolve(".unfinished/deleted.conv-a.123");
    Files.createDirectories(gone.getParent());
    Files.move(folder(), gone);
    Files.delete(gone.resolve("status.json"));
    try (SessionStore store = open()) {
      assertEquals(Optional.empty(), store.find(ID));
      assertEquals(List.of(), store.list(10));
    }
    assertEquals(Set.of(".lock", ".recent"), names(directory));
  }
}
