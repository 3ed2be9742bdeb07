package dev.helix.store.files;

import static dev.helix.store.SessionStoreContract.ids;
import static dev.helix.store.SessionStoreContract.state;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.Message;
import dev.helix.session.SessionId;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.SessionStore.Reading;
import dev.helix.session.SteppingClock;
import dev.helix.store.SessionStoreContract;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Messages are erased in folders that other programs write too, or that were damaged. */
class ErasedFilesTest {
  private static final SessionId ID = new SessionId("conv-a");

  @TempDir Path directory;
  private SessionStore store;

  @BeforeEach
  void open() {
    store = FileSessionStore.open(directory, new SteppingClock());
  }

  @AfterEach
  void close() {
    store.close();
  }

  private Path messages() {
    return directory.resolve("conv-a/context/messages.json");
  }

  private static String tombstone(String id, String parent, String role) {
    return "{\"id\":\"%s\",\"parent_id\":\"%s\",\"erased\":true,\"role\":\"%s\",\"content\":\"\"}"
        .formatted(id, parent, role);
  }

  private static Message element(String id, String text) {
    return SessionStoreContract.element(id, text);
  }

  private LogVersion make(Message... elements) {
    return store.append(state("conv-a", "a"), LogVersion.NONE, List.of(elements), null).version();
  }

  @Test
  void layoutOfOthers_staysToTheByte_alsoAroundElementsWithoutIds() throws IOException {
    make(element("1", "x"));
    String before =
        """
        \uFEFF [ {"role" :"user",
         "content":"Größe"} , 7,
        \t{"id":"x","parent_id":"element-0","role":"assistant","content":
        "word1"},{"role":"user","content":"word2"},
        {"role":"assistant","content":"end","n":1.50}\r
        ]\s

        """;
    Files.writeString(messages(), before);
    assertEquals(Set.of("x", "element-2"), store.erase(ID, Set.of("x", "element-2", "element-9")));
    String expected =
        before
            .replaceAll(
                "(?s)\\{\"id\":\"x\".*?\\}",
                "{\"id\":\"x\",\"parent_id\":\"element-0\",\"erased\":true,\"role\":\"assistant\","
                    + "\"content\":\"\"}")
            .replace(
                "{\"role\":\"user\",\"content\":\"word2\"}", tombstone("element-2", "x", "user"));
    assertEquals(expected, Files.readString(messages()));
    Reading read = store.read(ID, LogVersion.NONE);
    assertEquals(4, read.elements().size());
    assertEquals(
        Outcome.DONE,
        store
            .append(state("conv-a", "a"), read.version(), List.of(element("2", "y")), null)
            .outcome());
    assertEquals(5, store.read(ID, LogVersion.NONE).elements().size());
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void whoMayReadTheFiles_staysSo() throws IOException {
    make(element("1", "first"));
    Path status = directory.resolve("conv-a/status.json");
    for (Path file : List.of(messages(), status)) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    }
    store.erase(ID, Set.of("1"));
    assertEquals("", store.find(ID).orElseThrow().originalRequest());
    for (Path file : List.of(messages(), status)) {
      assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }
  }

  @Test
  void damagedMessages_areErasedWhereTheyTellWhichTheyAre_alsoInWhatIsSetAside()
      throws IOException {
    make(element("1", "x"), element("2", "word1 word2"), element("3", "z"), element("4", "other"));
    String whole = Files.readString(messages());
    Files.writeString(messages(), whole.replace("word1 ", "word1\" ").replace("other", "ot\"her"));
    assertEquals(Set.of("3"), store.erase(ID, Set.of("3", "2")), "the damaged one was set aside");
    assertEquals(List.of("1", "3"), ids(store.read(ID, LogVersion.NONE)));
    String raw = RawFiles.in(directory);
    assertTrue(raw.contains("messages.damaged-"), raw);
    assertFalse(raw.contains("word1"), raw);
    assertFalse(raw.contains("word2"), raw);
    assertTrue(raw.contains("ot\"her"), "another's damage stays");
  }

  @Test
  void damagedLongBefore_isErasedToo_whereOnlyThatIsLeftOfIt() throws IOException {
    make(element("1", "x"), element("2", "word1"), element("3", "z"));
    Files.writeString(messages(), Files.readString(messages()).replace("word1", "word1\""));
    assertEquals(2, store.read(ID, LogVersion.NONE).elements().size());
    assertTrue(RawFiles.in(directory).contains("word1"));
    store.erase(ID, Set.of("2"));
    assertFalse(RawFiles.in(directory).contains("word1"));
  }

  @Test
  void whatACrashHasLeft_isErasedToo() throws IOException {
    make(element("1", "x"), element("2", "word1"));
    Path left = messages().resolveSibling(".messages.json.new");
    Files.copy(messages(), left);
    Files.writeString(messages().resolveSibling("messages.torn-1.json"), ",\n{\"id\":\"2\",\"par");
    store.erase(ID, Set.of("2"));
    assertFalse(Files.exists(left));
    assertFalse(RawFiles.in(directory).contains("word1"));
  }

  @Test
  void sessionThatWasJustMade_isErasedDurably_andForcedAsEver() throws IOException {
    make(element("1", "word1"));
    store.erase(ID, Set.of("1"));
    store.force(ID);
    store.close();
    open();
    assertTrue(store.read(ID, LogVersion.NONE).elements().get(0).isErased());
    assertFalse(new String(Files.readAllBytes(messages()), UTF_8).contains("word1"));
  }

  @Test
  void lookBesideTheServer_seesTheErasure() {
    make(element("1", "word1"), element("2", "x"));
    store.erase(ID, Set.of("1"));
    try (SessionStore look = FileSessionStore.openToRead(directory)) {
      assertTrue(look.read(ID, LogVersion.NONE).elements().get(0).isErased());
      assertThrows(UnsupportedOperationException.class, () -> look.erase(ID, Set.of("2")));
    }
  }
}
