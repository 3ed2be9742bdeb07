package dev.helix.operator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.session.Owner;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionStore;
import dev.helix.store.MemorySessionStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What {@code export} writes while others use the store. */
class ExportCommandTest {
  /** More than a list gives at once. */
  private static final int SESSIONS = 1001;

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
}
