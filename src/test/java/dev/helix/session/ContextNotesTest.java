package dev.helix.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The notes that applications keep with a session. */
class ContextNotesTest {
  @TempDir Path directory;

  @Test
  void note_isAFileInTheContextFolder_andTheOriginalsAreRead() throws IOException {
    try (SessionFixture sessions = new SessionFixture(directory)) {
      SessionId id = sessions.turn("x", "b", "user: a").session().sessionId();
      assertEquals(Optional.empty(), sessions.manager().getContext(id, "what"));
      sessions.manager().saveContext(id, "what", "# What\nä");
      sessions.manager().saveContext(id, "what", "# What\nö");
      Path context = directory.resolve("conv-x/context");
      assertEquals("# What\nö", Files.readString(context.resolve("what.md")));
      Files.writeString(context.resolve("constraints.md"), "cheap");
      assertEquals(Optional.of("cheap"), sessions.manager().getContext(id, "constraints"));
      assertEquals(2, sessions.transcript("x").messages().size());
      sessions.restart();
      assertEquals(Optional.of("# What\nö"), sessions.manager().getContext(id, "what"));
      sessions.manager().delete(id);
      assertEquals(Optional.empty(), sessions.manager().getContext(id, "what"));
    }
  }

  @Test
  void sessionThatIsNotStored_takesNoNote() {
    try (SessionFixture sessions = new SessionFixture(directory)) {
      SessionId id = sessions.session("x").sessionId();
      assertThrows(
          SessionException.class, () -> sessions.manager().saveContext(id, "what", "text"));
      assertEquals(Optional.empty(), sessions.manager().getContext(id, "what"));
    }
  }

  @Test
  void nameThatIsUnfitForAFile_isRefused() {
    try (SessionFixture sessions = new SessionFixture(directory)) {
      SessionId id = sessions.turn("x", "b", "user: a").session().sessionId();
      for (String name :
          new String[] {
            "", "..", "a/b", "../status", "A", "ä", "-a", "_a", "a.b", "a\n", "a".repeat(65)
          }) {
        assertThrows(
            IllegalArgumentException.class, () -> sessions.manager().saveContext(id, name, "x"));
        assertThrows(IllegalArgumentException.class, () -> sessions.manager().getContext(id, name));
      }
      sessions.manager().saveContext(id, "a".repeat(64), "x");
      sessions.manager().saveContext(id, "0_-", "x");
    }
  }
}
