package dev.helix.store.files;

import static dev.helix.store.SessionStoreContract.NOW;
import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.state;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.archive.Archive;
import dev.helix.scripted.JavaProgram;
import dev.helix.session.SessionId;
import dev.helix.session.SessionStore;
import dev.helix.session.Step;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a process' umask lets others do, nobody else can read what was said. */
@DisabledOnOs(OS.WINDOWS)
class OwnersFilesTest {
  @TempDir Path directory;

  /** A server that does all that makes a file. */
  static final class Server {
    public static void main(String[] args) throws IOException {
      Path sessions = Path.of(args[0]);
      try (SessionStore store =
          new Archive(sessions.resolve("_archive"), Clock.systemUTC())
              .before(FileSessionStore.open(sessions))) {
        LogVersion torn = make(store, "conv-a");
        Files.writeString(
            sessions.resolve("conv-a/context/messages.json"), "[\n{\"role\":\"user\"},");
        torn = store.read(new SessionId("conv-a"), torn).version();
        store.append(state("conv-a", "conv-a"), torn, List.of(element("9", "x")), null);
        make(store, "conv-b");
        store.archive(new SessionId("conv-b"), NOW.plusSeconds(1));
        make(store, "conv-c");
        store.archive(new SessionId("conv-c"), NOW.plusSeconds(1));
        store.update(
            new SessionId("conv-c"), found -> found.withStep(Step.WHAT)); // It is restored.
        make(store, "conv-d");
        Files.delete(sessions.resolve("conv-d/context/messages.json"));
        Files.delete(sessions.resolve("conv-d/context/why.md"));
        Files.delete(sessions.resolve("conv-d/context"));
        LogVersion empty = store.read(new SessionId("conv-d"), LogVersion.NONE).version();
        store.append(state("conv-d", "conv-d"), empty, List.of(element("9", "x")), null);
        store.ownerSecret();
        store.check();
        store.list(10);
      }
    }

    private static LogVersion make(SessionStore store, String name) {
      LogVersion version =
          store
              .append(state(name, name), LogVersion.NONE, List.of(element("1", "x")), null)
              .version();
      SessionId id = new SessionId(name);
      store.saveNote(id, "why", "because");
      store.update(id, found -> found.withStep(Step.WHY));
      store.force(id);
      return version;
    }
  }

  @Test
  void umaskThatLetsOthersIn_andAFolderThatWasThere_openNothingToOthers() throws Exception {
    Path sessions = Files.createDirectory(directory.resolve("sessions"));
    Files.setPosixFilePermissions(sessions, PosixFilePermissions.fromString("rwxrwxrwx"));
    List<String> command = new ArrayList<>();
    command.addAll(List.of("sh", "-c", "umask 000; exec \"$@\"", "sh"));
    command.addAll(JavaProgram.command(Server.class, List.of(), sessions.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), output);
    Set<String> open = new TreeSet<>();
    int files = 0;
    try (Stream<Path> all = Files.walk(sessions)) {
      for (Path each : all.filter(path -> !path.equals(sessions)).toList()) {
        files++;
        String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(each));
        if (!mode.equals(Files.isDirectory(each) ? "rwx------" : "rw-------")) {
          open.add(sessions.relativize(each) + " " + mode);
        }
      }
    }
    assertEquals(Set.of(), open);
    assertTrue(files > 20, files + " files");
    for (String made : List.of("_archive", ".owner-secret", "conv-c/context/why.md", ".recent")) {
      assertTrue(Files.exists(sessions.resolve(made)), made);
    }
  }
}
