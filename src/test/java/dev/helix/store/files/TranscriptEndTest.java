package dev.helix.store.files;

import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.ids;
import static dev.helix.store.SessionStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.Message;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.SessionStore.Reading;
import dev.helix.session.SteppingClock;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A long transcript that is not in memory is read from its end, and goes on from there. */
class TranscriptEndTest {
  private static final SessionId ID = new SessionId("conv-a");
  private static final SessionState STATE = state("conv-a", "a");
  private static final int LONG = 20_000;

  @TempDir Path directory;

  private SessionStore open() {
    return FileSessionStore.open(directory, new SteppingClock());
  }

  /** A store that remembers one folder at a time. */
  private SessionStore openForgetful() {
    return FileSessionStore.open(directory, new SteppingClock(), 0);
  }

  private Path messages() {
    return directory.resolve("conv-a/context/messages.json");
  }

  private static List<Message> elements(int count) {
    return IntStream.range(0, count).mapToObj(i -> element("e" + i, "text " + i)).toList();
  }

  private LogVersion make(int count) {
    try (SessionStore store = open()) {
      return store.append(STATE, LogVersion.NONE, elements(count), null).version();
    }
  }

  private static void forget(SessionStore store) {
    store.append(state("conv-b", "b"), LogVersion.NONE, List.of(element("1", "x")), null);
    store.find(new SessionId("conv-b"));
  }

  @Test
  void end_isRead_asMuchAsWasAskedFor_alsoAfterAStart() {
    make(LONG);
    try (SessionStore store = open()) {
      for (int bytes : new int[] {0, 5000, 100_000}) {
        Reading end = store.readEnd(ID, bytes);
        assertFalse(end.fromStart());
        assertEquals("e" + (LONG - 1), ids(end).get(end.elements().size() - 1));
        int read = end.elements().stream().mapToInt(Message::length).sum();
        assertTrue(read <= Math.max(bytes, 4096) && read >= bytes * 3 / 4, read + " bytes");
      }
      Reading all = store.readEnd(ID, Integer.MAX_VALUE);
      assertTrue(all.fromStart());
      assertEquals(LONG, all.elements().size());
      assertEquals(all.version(), store.readEnd(ID, 10).version());
    }
  }

  @Test
  void endOfAShortLog_isAllOfIt() {
    make(3);
    try (SessionStore store = open()) {
      for (int bytes : new int[] {0, 10, 1000}) {
        Reading end = store.readEnd(ID, bytes);
        assertTrue(end.fromStart());
        assertEquals(List.of("e0", "e1", "e2"), ids(end));
      }
      assertEquals(Reading.NOTHING, store.readEnd(new SessionId("conv-none"), 10));
    }
  }

  @Test
  void lastElement_isRead_whateverItsSize() {
    try (SessionStore store = open()) {
      LogVersion some = store.append(STATE, LogVersion.NONE, elements(LONG), null).version();
      store.append(STATE, some, List.of(element("large", "x".repeat(3_000_000))), null);
    }
    try (SessionStore store = open()) {
      Reading end = store.readEnd(ID, 0);
      assertEquals("large", ids(end).get(end.elements().size() - 1));
      assertEquals(
          Outcome.DONE,
          store.append(STATE, end.version(), List.of(element("y", "y")), null).outcome());
      assertEquals(List.of("y"), ids(store.read(ID, end.version())));
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void firstReadsAndAppends_afterAStart_costWhatIsNew() throws IOException {
    make(LONG);
    long before;
    try (SessionStore store = open()) {
      before = readByThisProcess();
      Reading end = store.readEnd(ID, 10_000);
      store.append(STATE, end.version(), List.of(element("new", "x")), null);
      assertEquals(List.of("new"), ids(store.read(ID, end.version())));
    }
    long read = readByThisProcess() - before;
    assertTrue(Files.size(messages()) > 1_000_000);
    assertTrue(read < 200_000, read + " bytes were read");
  }

  /** What all threads of this process have read from files and the like. */
  private static long readByThisProcess() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/io")).stream()
        .filter(line -> line.startsWith("rchar: "))
        .mapToLong(line -> Long.parseLong(line.substring("rchar: ".length())))
        .sum();
  }

  @Test
  void version_staysGood_whenTheFolderFellOutOfMemory_andNothingChangedTheFile() {
    try (SessionStore store = openForgetful()) {
      LogVersion one = store.append(STATE, LogVersion.NONE, elements(100), null).version();
      forget(store);
      Reading read = store.read(ID, one);
      assertFalse(read.fromStart());
      assertEquals(List.of(), read.elements());
      forget(store);
      assertEquals(
          Outcome.DONE, store.append(STATE, one, List.of(element("next", "x")), null).outcome());
      assertEquals(Outcome.CONFLICT, store.append(STATE, one, elements(1), null).outcome());
    }
  }

  @Test
  void version_isNoLongerGood_whenAnotherProgramChangedTheFile_meanwhile() throws IOException {
    try (SessionStore store = openForgetful()) {
      LogVersion one = store.append(STATE, LogVersion.NONE, elements(100), null).version();
      forget(store);
      String text = Files.readString(messages());
      Files.writeString(messages(), text.replace("text 50", "TEXT 50"));
      assertEquals(Outcome.CONFLICT, store.append(STATE, one, elements(1), null).outcome());
      Reading read = store.read(ID, one);
      assertTrue(read.fromStart());
      assertEquals("TEXT 50", read.elements().get(50).text());
    }
  }

  @Test
  void version_isNoLongerGood_whenACopyWasPutInPlaceOfTheFile_thatLooksTheSame()
      throws IOException {
    try (SessionStore store = openForgetful()) {
      LogVersion one = store.append(STATE, LogVersion.NONE, elements(100), null).version();
      forget(store);
      Path copy = messages().resolveSibling("copy");
      FileTime modified = Files.getLastModifiedTime(messages());
      Files.writeString(copy, Files.readString(messages()).replace("text 50", "TEXT 50"));
      Files.setLastModifiedTime(copy, modified);
      Files.move(copy, messages(), StandardCopyOption.REPLACE_EXISTING);
      assertEquals(Outcome.CONFLICT, store.append(STATE, one, elements(1), null).outcome());
    }
  }

  @Test
  void version_isNoLongerGood_whenTheSessionWasDeletedAndMadeAgain() {
    try (SessionStore store = openForgetful()) {
      LogVersion one = store.append(STATE, LogVersion.NONE, elements(100), null).version();
      assertTrue(store.delete(ID));
      LogVersion other = store.append(STATE, LogVersion.NONE, elements(100), null).version();
      assertEquals(one.length(), other.length());
      forget(store);
      assertEquals(Outcome.CONFLICT, store.append(STATE, one, elements(1), null).outcome());
      assertTrue(store.read(ID, one).fromStart());
    }
  }

  @Test
  void fileOfAnotherLayout_orWithoutIds_isReadAsAWhole() throws IOException {
    make(1);
    String message = "{\"role\":\"user\",\"content\":\"" + "x".repeat(5000) + "\"}";
    for (String other :
        List.of(
            "[\n" + message + ",\n" + message + "\n]\n",
            "[\n" + message + ",\n{\"id\":\"a\",\"role\":\"user\"}]\n",
            "[\n" + message + ",\n{\"id\":\"a\",\n\"role\":\"user\"}\n]\n",
            "[" + message + ",\n7\n]\n")) {
      Files.writeString(messages(), other);
      try (SessionStore store = open()) {
        Reading read = store.readEnd(ID, 10);
        assertTrue(read.fromStart(), other);
        assertEquals(
            Outcome.DONE, store.append(STATE, read.version(), elements(1), null).outcome());
        assertEquals(List.of("e0"), ids(store.read(ID, read.version())));
      }
    }
  }

  @Test
  void tornEnd_isFoundAndRepaired_whicheverCallComesFirst() throws IOException {
    make(LONG);
    long whole = Files.size(messages());
    for (int call = 0; call < 3; call++) {
      try (RandomAccessFile file = new RandomAccessFile(messages().toFile(), "rw")) {
        file.setLength(whole);
        file.seek(whole - 3);
        file.writeBytes("\n]\n,\n{\"id\":\"torn");
      }
      try (SessionStore store = open()) {
        LogVersion version =
            switch (call) {
              case 0 -> store.readEnd(ID, 10).version();
              case 1 -> store.read(ID, LogVersion.NONE).version();
              default -> {
                assertEquals(
                    Outcome.CONFLICT,
                    store
                        .append(STATE, new LogVersion("x", whole - 3), elements(1), null)
                        .outcome());
                yield store.readEnd(ID, 10).version();
              }
            };
        assertEquals(whole - 3, version.length());
        assertEquals(whole, Files.size(messages()));
      }
    }
  }
}
