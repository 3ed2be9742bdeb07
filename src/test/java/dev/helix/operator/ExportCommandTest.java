package dev.helix.operator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.Owner;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionStore;
import dev.helix.store.MemorySessionStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code export} writes while others use the store, and where nothing can be written. */
class ExportCommandTest {
  /** More than a list gives at once. */
  private static final int SESSIONS = 1001;

  @TempDir Path folder;

  @Test
  void sessionsThatAreUsedMeanwhile_areWrittenToo_andNoneTwice() throws IOException {
    SessionStore store = new MemorySessionStore(Clock.systemUTC());
    try (SessionManager manager = new SessionManager(store, Clock.systemUTC())) {
      for (int i = 0; i < SESSIONS; i++) {
        Copies.say(manager, Copies.ANN, "c" + i, "Q");
      }
      Copies.say(manager, Owner.ANONYMOUS, "nobodys", "Q");
      ByteArrayOutputStream written = new ByteArrayOutputStream();
      OutputStream whoUses =
          new OutputStream() {
            private boolean used;

            @Override
            public void write(int c) {
              if (!used) {
                used = true;
                Copies.say(manager, Copies.ANN, "c0", "again");
                Copies.say(manager, Copies.ANN, "new", "Q");
              }
              written.write(c);
            }
          };
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      CommandLine line = CommandLine.parse(List.of(), Set.of(), Set.of());
      new ExportCommand(null, line, System.out, new PrintStream(err, true, UTF_8))
          .write(store, Copies.ANN, whoUses);
      List<String> lines = written.toString(UTF_8).lines().toList();
      assertEquals(1, lines.stream().filter(each -> each.contains("\"c0\"")).count());
      assertEquals(1, lines.stream().filter(each -> each.contains("\"new\"")).count());
      assertEquals(SESSIONS + 1, lines.size());
    }
  }

  @Test
  void whereNothingCanBeWritten_thatIsSaid() throws IOException {
    try (SessionManager manager = new SessionManager(Copies.store(folder), Clock.systemUTC())) {
      Copies.say(manager, Owner.ANONYMOUS, "c", "Q");
    }
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int c) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        new Operator(
                List.of("export", "--sessions", folder.toString()),
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(full, true, UTF_8),
                new PrintStream(err, true, UTF_8))
            .call();
    assertEquals(1, status);
    assertTrue(err.toString(UTF_8).contains("the export cannot be written"), err.toString(UTF_8));
  }
}
