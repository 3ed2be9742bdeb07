package dev.helix.store.files;

import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.ids;
import static dev.helix.store.SessionStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.helix.scripted.JavaProgram;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionStore;
import dev.helix.session.StorageFullException;
import dev.helix.store.disk.Disk;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Writes that break off in the middle, for want of room. */
@EnabledOnOs(OS.LINUX)
class FullDiskTest {
  @TempDir Path directory;

  @Test
  void fullDevice_isToldFromOtherFailures() {
    IOException full =
        assertThrows(IOException.class, () -> Disk.writeForced(Path.of("/dev/full"), new byte[10]));
    assertInstanceOf(StorageFullException.class, Disk.failure("cannot write", full));
    IOException absent =
        assertThrows(
            IOException.class,
            () -> Disk.writeForced(directory.resolve("no/such/folder"), new byte[10]));
    assertEquals(SessionException.class, Disk.failure("cannot write", absent).getClass());
  }

  @Test
  void appendThatBreaksOff_isTakenBack_andTheNextOneWorks() throws Exception {
    // The shell's limit makes a write beyond 64 KiB stop in its middle, as a full disk does.
    List<String> command = new ArrayList<>();
    command.addAll(List.of("sh", "-c", "ulimit -f 128; exec \"$@\"", "sh")); // of 512 bytes
    command.addAll(JavaProgram.command(LimitedServer.class, List.of(), directory.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(7, process.waitFor(), output);
    assertEquals(
        List.of("1", "3"),
        new ObjectMapper()
            .readTree(directory.resolve("conv-a/context/messages.json").toFile())
            .findValuesAsText("id"));
    try (var entries = Files.list(directory)) {
      assertEquals(3, entries.count());
    }
  }

  /** A server whose files cannot grow beyond 64 KiB: exits with 7 where all went as it should. */
  static final class LimitedServer {
    public static void main(String[] args) {
      String large = "x".repeat(100_000);
      try (SessionStore store = FileSessionStore.open(Path.of(args[0]))) {
        LogVersion one =
            store
                .append(state("conv-a", "a"), LogVersion.NONE, List.of(element("1", "x")), null)
                .version();
        assertThrows(
            SessionException.class,
            () -> store.append(state("conv-a", "a"), one, List.of(element("2", large)), null));
        assertEquals(List.of("1"), ids(store.read(new SessionId("conv-a"), LogVersion.NONE)));
        store.append(state("conv-a", "a"), one, List.of(element("3", "y")), null);
        assertEquals(List.of("3"), ids(store.read(new SessionId("conv-a"), one)));
        assertThrows(
            SessionException.class,
            () ->
                store.append(
                    state("conv-b", "b"), LogVersion.NONE, List.of(element("1", large)), null));
        assertEquals(1, store.list(10).size());
      }
      System.exit(7);
    }
  }
}
