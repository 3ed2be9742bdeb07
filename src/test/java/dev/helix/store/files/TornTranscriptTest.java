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
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.SteppingClock;
import dev.helix.store.MemoryFolder;
import dev.helix.transcript.LogVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a crash can leave of an append, byte by byte. */
@ExtendWith(CountedTests.class)
class TornTranscriptTest {
  private static final SessionId ID = new SessionId("conv-a");

  @TempDir(factory = MemoryFolder.class)
  Path directory;

  /** The file before and after the append that is torn. */
  private byte[] before;

  private byte[] after;

  @BeforeEach
  void appendOnce() throws IOException {
    try (SessionStore store = open()) {
      LogVersion two =
          store
              .append(
                  state("conv-a", "a"),
                  LogVersion.NONE,
                  List.of(element("1", "ä"), element("2", "] [ \\\" ,")),
                  null)
              .version();
      before = Files.readAllBytes(messages());
      store.append(
          state("conv-a", "a"),
          two,
          List.of(element("3", "drei 🐍 }]"), element("4", "vier")),
          null);
      after = Files.readAllBytes(messages());
    }
  }

  private SessionStore open() {
    return FileSessionStore.open(directory, new SteppingClock());
  }

  private Path messages() {
    return directory.resolve("conv-a/context/messages.json");
  }

  private List<Path> aside(String why) throws IOException {
    try (Stream<Path> files = Files.list(messages().getParent())) {
      return files.filter(f -> f.getFileName().toString().startsWith("messages." + why)).toList();
    }
  }

  /** Opens what was left, and says which messages there are; then appends, which must work. */
  private List<String> idsAfterRepair() throws IOException {
    List<String> repaired;
    try (SessionStore store = open()) {
      SessionStore.Reading read = store.read(ID, LogVersion.NONE);
      repaired = ids(read);
      if (Files.exists(messages())) {
        assertEquals(repaired.size(), new ObjectMapper().readTree(messages().toFile()).size());
      }
      assertEquals(
          Outcome.DONE,
          store
              .append(state("conv-a", "a"), read.version(), List.of(element("5", "next")), null)
              .outcome());
    }
    assertEquals(repaired.size() + 1, new ObjectMapper().readTree(messages().toFile()).size());
    return repaired;
  }

  private void clearAside() throws IOException {
    for (Path file : aside("")) {
      Files.delete(file);
    }
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  @Test
  void writeThatStopsAtAnyByte_losesNoWholeMessage() throws IOException {
    int start = before.length - 3;
    int thirdEnd = new String(after, UTF_8).indexOf(",\n{\"id\":\"4\"");
    int third = new String(after, UTF_8).substring(0, thirdEnd).getBytes(UTF_8).length;
    int fourth = after.length - 3;
    for (int cut = start; cut <= after.length; cut++) {
      // What was written up to here stands before what the file had beyond.
      byte[] left =
          cut < before.length
              ? join(Arrays.copyOf(after, cut), Arrays.copyOfRange(before, cut, before.length))
              : Arrays.copyOf(after, cut);
      Files.write(messages(), left);
      List<String> expected =
          cut < third
              ? List.of("1", "2")
              : cut < fourth ? List.of("1", "2", "3") : List.of("1", "2", "3", "4");
      assertEquals(expected, idsAfterRepair(), "cut at " + cut);
      clearAside();
    }
  }

  @Test
  void fileCutAtAnyByte_keepsTheLongestRun_andTheRestIsSetAside() throws IOException {
    String text = new String(after, UTF_8);
    for (int cut = 0; cut < after.length; cut++) {
      byte[] left = Arrays.copyOf(after, cut);
      Files.write(messages(), left);
      int whole = 0;
      for (String id : List.of("1", "2", "3", "4")) {
        int end = text.indexOf("\"}", text.indexOf("\"id\":\"" + id)) + 2;
        if (id.equals("2") || id.equals("3")) {
          end = text.indexOf(",\n{", text.indexOf("\"id\":\"" + id));
        }
        whole += text.substring(0, end).getBytes(UTF_8).length <= cut ? 1 : 0;
      }
      assertEquals(List.of("1", "2", "3", "4").subList(0, whole), idsAfterRepair(), "at " + cut);
      assertEquals(whole == 0 ? 1 : 0, aside("unreadable").size(), "at " + cut);
      if (whole == 0) {
        assertEquals(cut, Files.size(aside("unreadable").get(0)));
      } else {
        long kept = aside("torn").isEmpty() ? 0 : Files.size(aside("torn").get(0));
        assertTrue(kept <= cut && aside("torn").size() <= 1, "at " + cut);
      }
      clearAside();
    }
  }

  @Test
  void pageThatWasNotWritten_leavesTheOldBracketAndGarbage_andBothAreHandled() throws IOException {
    byte[] zeros = new byte[40];
    Files.write(messages(), join(before, zeros));
    assertEquals(List.of("1", "2"), idsAfterRepair());
    assertEquals(1, aside("torn").size());
    assertEquals(1 + zeros.length, Files.size(aside("torn").get(0)));
    clearAside();
    Files.write(messages(), join(Arrays.copyOf(before, before.length - 3), zeros));
    assertEquals(List.of("1", "2"), idsAfterRepair());
    clearAside();
  }

  @Test
  void pageThatWasNotWritten_hidesNoWholeMessageBehindIt_andAllIsSetAside() throws IOException {
    byte[] zeros = new byte[40];
    byte[] rest = Arrays.copyOfRange(after, before.length + 7, after.length);
    for (byte[] garbage : List.of(rest, join(zeros, rest))) {
      for (byte[] old : List.of(before, Arrays.copyOf(before, before.length - 3))) {
        byte[] left = join(old, garbage);
        Files.write(messages(), left);
        assertEquals(List.of("1", "2", "4"), idsAfterRepair());
        assertArrayEquals(left, Files.readAllBytes(aside("damaged").get(0)));
        clearAside();
      }
    }
  }

  @Test
  void damageBeforeTheEnd_hidesOnlyWhatItIsIn_howeverTheFileIsReadFirst() throws IOException {
    String text = new String(after, UTF_8);
    int second = text.indexOf("{\"id\":\"2\"");
    int comma = text.indexOf(",\n{\"id\":\"3\"");
    for (int at : new int[] {0, 2, second, second + 9, comma}) {
      byte[] left = after.clone();
      left[text.substring(0, at).getBytes(UTF_8).length] = 0;
      Files.write(messages(), left);
      List<String> whole = new ArrayList<>(List.of("1", "2", "3", "4"));
      whole.removeAll(at == 2 ? List.of("1") : at == 0 || at == comma ? List.of() : List.of("2"));
      try (SessionStore store = open()) {
        SessionStore.Reading end = store.readEnd(ID, 0);
        store.append(state("conv-a", "a"), end.version(), List.of(element("5", "next")), null);
        List<String> all = new ArrayList<>(whole);
        all.add("5");
        assertEquals(all, ids(store.read(ID, LogVersion.NONE)), "at " + at);
        assertEquals(1, aside("damaged").size());
        assertEquals(all.size(), new ObjectMapper().readTree(messages().toFile()).size());
      }
      clearAside();
    }
  }

  @Test
  void fileThatIsNoArray_isSetAsideWhole() throws IOException {
    for (String other : List.of("", "{\"messages\":[]}", "\0\0\0\0", "[\0{\0}\0]\0", "null")) {
      Files.writeString(messages(), other);
      assertEquals(List.of(), idsAfterRepair(), other);
      assertEquals(1, aside("unreadable").size());
      assertEquals(other, Files.readString(aside("unreadable").get(0)));
      clearAside();
    }
  }

  @Test
  void validArrayOfAnyLayout_isNotTouched() throws IOException {
    for (String valid : List.of("[]", " [ ] ", "\ufeff[\n]", "[{\"role\":\"user\"}]\n\n")) {
      Files.writeString(messages(), valid);
      try (SessionStore store = open()) {
        store.read(ID, LogVersion.NONE);
      }
      assertEquals(valid, Files.readString(messages()));
      appendTo(valid);
    }
    assertFalse(Files.exists(directory.resolve("conv-a.unreadable")));
  }

  private void appendTo(String valid) throws IOException {
    try (SessionStore store = open()) {
      LogVersion version = store.read(ID, LogVersion.NONE).version();
      store.append(state("conv-a", "a"), version, List.of(element("9", "x")), null);
      assertEquals(List.of("9"), ids(store.read(ID, version)), valid);
    }
  }
}
