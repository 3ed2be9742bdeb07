package dev.helix.store.files;

import static dev.helix.store.SessionStoreContract.NOW;
import static dev.helix.store.SessionStoreContract.state;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.Message;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.SteppingClock;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What turns ask of the system, counted by strace; skipped where that is not there. */
@EnabledOnOs(OS.LINUX)
class SystemCallsTest {
  private static final String FORCES = "fsync,fdatasync";

  @TempDir Path directory;

  @BeforeEach
  void findStrace() {
    Strace.require();
  }

  /** A server that does something a number of times. */
  static final class Server {
    public static void main(String[] args) {
      Path sessions = Path.of(args[0]);
      long bytes = Long.parseLong(args[2]);
      int count = Integer.parseInt(args[3]);
      int conversations = Integer.parseInt(args[4]);
      try (SessionStore store = FileSessionStore.open(sessions, new SteppingClock(), bytes)) {
        for (int i = 0; i < count; i++) {
          String name = "conv-" + i % conversations;
          if (args[1].equals("delete")) {
            store.delete(new SessionId(name));
          } else if (args[1].equals("make")) {
            store.append(state(name, name), LogVersion.NONE, List.of(element("q", i)), null);
          } else {
            turn(store, name, i);
          }
        }
        if (args[1].equals("make")) {
          Runtime.getRuntime().halt(0); // As if it was killed: nothing is forced, nothing closed.
        }
      }
    }

    private static void turn(SessionStore store, String name, int number) {
      SessionState state = state(name, name).withUpdatedAt(NOW.plusSeconds(number));
      SessionId id = state.sessionId();
      LogVersion version = store.readEnd(id, 4096).version();
      LogVersion asked =
          store.append(state, version, List.of(element("q", number)), null).version();
      store.append(state, asked, List.of(element("a", number)), null);
      store.force(id);
    }

    private static Message element(String kind, int number) {
      Instant time = NOW.plusSeconds(number);
      return Message.parse(
          "{\"id\":\"%s%d\",\"parent_id\":null,\"timestamp\":\"%s\",\"role\":\"user\"}"
              .formatted(kind, number, time)
              .getBytes(UTF_8));
    }
  }

  /** The system calls of some kinds that the server makes. */
  private List<String> calls(String calls, String what, long bytes, int count, int of)
      throws IOException, InterruptedException {
    Path trace = directory.resolve("trace");
    Process process =
        Strace.java(
                trace,
                List.of(Strace.SECCOMP, "-e", "trace=" + calls),
                Server.class,
                directory.resolve("sessions").toString(),
                what,
                Long.toString(bytes),
                Integer.toString(count),
                Integer.toString(of))
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), output);
    return Files.readAllLines(trace).stream().filter(line -> !line.contains("resumed>")).toList();
  }

  /** How many calls have something in their arguments. */
  private static long with(String argument, List<String> calls) {
    return calls.stream().filter(line -> line.contains(argument)).count();
  }

  private long forces(String what, long bytes, int count, int of)
      throws IOException, InterruptedException {
    return with("sync(", calls(FORCES, what, bytes, count, of));
  }

  @Test
  void warmTurn_isForcedOnce() throws Exception {
    long none = forces("turn", 1_000_000, 1, 1);
    long many = forces("turn", 1_000_000, 300, 1) - none;
    assertTrue(many <= 330, many + " forces of 300 turns, " + none + " of a start");
  }

  @Test
  void turnsOfManyConversations_thatFallOutOfMemory_alsoAfterAStart_areForcedOnceEach()
      throws Exception {
    long made = forces("turn", 0, 100, 100);
    // A new conversation: two files, their two folders, and the folder of all.
    assertTrue(made <= 100 * 5 + 15, made + " forces of 100 new conversations");
    long none = forces("turn", 0, 1, 100);
    long many = forces("turn", 0, 300, 100) - none;
    assertTrue(many <= 330, many + " forces of 300 turns of 100 conversations");
  }

  @Test
  void deletions_lookThroughTheDirectoryOnce() throws Exception {
    forces("turn", 0, 40, 40);
    String folder = "<" + directory.toRealPath().resolve("sessions") + ">";
    long looks = with(folder, calls("getdents64", "delete", 0, 40, 40));
    assertTrue(looks <= 8, looks + " looks for 40 deletions");
  }

  @Test
  void sessionsThatAKilledProcessHadMade_areForcedByTheNextStart_andByNoneAfterIt()
      throws Exception {
    Path sessions = directory.resolve("sessions");
    assertEquals(0, with("/conv-", calls(FORCES, "make", 0, 100, 100)));
    List<String> started = calls(FORCES, "turn", 0, 0, 1);
    for (String forced : List.of("/status.json>", "/context/messages.json>", "/context>", ">")) {
      assertEquals(1, with("/conv-7" + forced, started), forced);
    }
    assertFalse(Files.exists(sessions.resolve(".unfinished")));
    assertEquals(0, with("/conv-", calls(FORCES, "turn", 0, 0, 1)));
    assertFalse(Files.exists(sessions.resolve(".unfinished")));
  }
}
