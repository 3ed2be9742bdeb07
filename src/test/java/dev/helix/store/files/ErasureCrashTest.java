package dev.helix.store.files;

import static dev.helix.store.SessionStoreContract.state;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.Message;
import dev.helix.scripted.JavaProgram;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.SteppingClock;
import dev.helix.store.disk.Disk;
import dev.helix.transcript.LogVersion;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Messages are erased by a server that is killed at each step, or has little memory. */
@EnabledOnOs(OS.LINUX)
class ErasureCrashTest {
  private static final SessionId ID = new SessionId("conv-a");
  private static final String STEPS = "fsync,fdatasync,rename";
  private static final String BEGINS = "begins";

  @TempDir Path directory;

  @BeforeEach
  void findStrace() {
    Strace.require();
  }

  /** A server that erases what the first question and the answer "a" said. */
  static final class Server {
    public static void main(String[] args) throws IOException {
      Path sessions = Path.of(args[0]);
      try (SessionManager manager =
          new SessionManager(
              FileSessionStore.open(sessions, new SteppingClock(), 1000), Clock.systemUTC())) {
        Files.move(sessions.resolveSibling("file"), sessions.resolveSibling(BEGINS));
        Set<String> there = manager.erase(ID, Set.of("q", "a"));
        Files.move(sessions.resolveSibling(BEGINS), sessions.resolveSibling("file"));
        System.out.println(there.size());
      }
    }
  }

  private Path sessions() {
    return directory.resolve("sessions");
  }

  private Path messages() {
    return sessions().resolve("conv-a/context/messages.json");
  }

  private static Message element(String id, String role, String text) {
    return Message.parse(
        "{\"id\":\"%s\",\"parent_id\":null,\"role\":\"%s\",\"content\":\"%s\"}"
            .formatted(id, role, text)
            .getBytes(UTF_8));
  }

  private void make() throws IOException {
    if (Files.exists(sessions())) {
      Disk.deleteTree(sessions());
    }
    Files.deleteIfExists(directory.resolve(BEGINS));
    Files.writeString(directory.resolve("file"), "");
    try (SessionStore store = FileSessionStore.open(sessions())) {
      SessionState asked =
          new SessionState(
              ID,
              state("conv-a", "a").status(),
              state("conv-a", "a").step(),
              state("conv-a", "a").createdAt(),
              state("conv-a", "a").updatedAt(),
              "words of mine",
              null,
              "a",
              state("conv-a", "a").owner());
      List<Message> said =
          List.of(
              element("q", "user", "words of mine"),
              element("a", "assistant", "words too"),
              element("b", "user", "another"));
      store.append(asked, LogVersion.NONE, said, null);
      store.update(ID, stored -> stored.withProjectName("p"));
    }
  }

  /** The steps of the erasure alone, with what they concern. */
  private List<String> run(Path trace, List<String> options) throws Exception {
    List<String> all = new ArrayList<>(List.of("-e", "trace=" + STEPS));
    all.addAll(options);
    Process process = Strace.java(trace, all, Server.class, sessions().toString()).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    int status = process.waitFor();
    assertEquals(options.isEmpty() ? 0 : 128 + 9, status, output);
    return Files.readAllLines(trace).stream()
        .filter(line -> line.contains("(") && !line.contains("resumed>"))
        .toList();
  }

  private static String call(String step) {
    return step.substring(step.indexOf(' ') + 1, step.indexOf('(')).strip();
  }

  private static int indexOf(List<String> steps, int from, String... words) {
    for (int i = from; i < steps.size(); i++) {
      if (List.of(words).stream().allMatch(steps.get(i)::contains)) {
        return i;
      }
    }
    throw new AssertionError("no " + String.join(" ", words) + " behind " + from + " in " + steps);
  }

  @Test
  void serverThatIsKilled_leavesTheOldTranscriptOrTheNewOne_andTheNextErasureFinishes()
      throws Exception {
    make();
    Path trace = directory.resolve("trace");
    List<String> steps = run(trace, List.of());
    int first = indexOf(steps, 0, "rename", "/" + BEGINS);
    int last = indexOf(steps, first + 1, "rename", "/" + BEGINS);
    String after = Files.readString(messages());
    assertFalse(RawFiles.in(sessions()).contains("words"));
    // What is forced, and in which order.
    int copy = indexOf(steps, first, "fsync", "/conv-a/input/.status.json");
    int state = indexOf(steps, copy, "rename", "/conv-a/status.json");
    int written = indexOf(steps, state, "fsync", "/conv-a/context/.messages.json.new");
    int placed = indexOf(steps, written, "rename", "/conv-a/context/messages.json");
    assertTrue(indexOf(steps, placed, "fsync", "/conv-a/context>") < last);

    String thread = steps.get(first).split(" ", 2)[0];
    List<String> its = steps.stream().filter(step -> step.startsWith(thread + " ")).toList();
    int begin = indexOf(its, 0, "rename", "/" + BEGINS);
    int end = indexOf(its, begin + 1, "rename", "/" + BEGINS);
    make();
    String before = Files.readString(messages());
    for (int step = begin + 1; step < end; step++) {
      make();
      String call = call(its.get(step));
      long number = its.stream().limit(step + 1).filter(it -> call(it).equals(call)).count();
      String kill = "inject=" + call + ":signal=SIGKILL:when=" + number;
      run(trace, List.of("-e", kill));
      String left = Files.readString(messages());
      assertTrue(left.equals(before) || left.equals(after), its.get(step) + " left " + left);
      if (left.equals(after)) {
        assertFalse(RawFiles.in(sessions()).contains("words"), its.get(step));
      }
      try (SessionStore store = FileSessionStore.open(sessions())) {
        assertEquals(3, store.read(ID, LogVersion.NONE).elements().size());
        assertEquals(Set.of("q", "a"), store.erase(ID, Set.of("q", "a")));
        assertEquals("p", store.find(ID).orElseThrow().projectName());
      }
      assertEquals(after, Files.readString(messages()));
      assertFalse(RawFiles.in(sessions()).contains("words"), its.get(step));
      assertFalse(Files.exists(messages().resolveSibling(".messages.json.new")));
    }
  }

  @Test
  void longTranscript_isRewrittenInLittleMemory() throws Exception {
    make();
    String text = "x".repeat(40_000);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(messages()))) {
      out.write("[\n".getBytes(UTF_8));
      for (int i = 0; i < 2500; i++) {
        String id = i == 1200 ? "a" : "m" + i;
        out.write(element(id, "user", i == 1200 ? "words" : text).elementJson());
        out.write((i < 2499 ? ",\n" : "\n]\n").getBytes(UTF_8));
      }
    }
    long size = Files.size(messages());
    assertTrue(size > 100_000_000);
    Process process =
        new ProcessBuilder(
                JavaProgram.command(Server.class, List.of("-Xmx32m"), sessions().toString()))
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), output);
    assertTrue(output.strip().endsWith("1"), output);
    assertEquals(size + ",\"erased\":true".length() - "words".length(), Files.size(messages()));
  }
}
