package dev.helix.archive;

import static dev.helix.archive.ArchiveFixture.DAY;
import static dev.helix.archive.ArchiveFixture.texts;
import static dev.helix.archive.ArchiveFixture.turn;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.Message;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages of archived sessions are erased. */
class ErasedArchiveTest {
  @TempDir Path temporary;
  private ArchiveFixture fixture;
  private SessionManager server;
  private SessionId id;
  private List<Message> said;

  @BeforeEach
  void archive() {
    fixture = new ArchiveFixture(temporary.resolve("archive"));
    server = fixture.server();
    turn(server, "a", "Q1");
    id = turn(server, "a", "Q2");
    said = server.transcript(id).messages();
    fixture.clock.move(DAY);
    assertTrue(server.archive(id));
  }

  @Test
  void messagesOfAnArchivedSession_areErased_andItsArchiveIsGone() throws IOException {
    String erased = said.get(1).id();
    assertEquals(Set.of(erased), server.erase(id, Set.of(erased, "other")));
    assertEquals(List.of("Q1", "", "Q2", "re Q2"), texts(server, id));
    assertEquals(List.of(), fixture.names());
    fixture.clock.move(DAY);
    assertTrue(server.archive(id));
    assertEquals(List.of("Q1", "", "Q2", "re Q2"), texts(server, id));
    assertEquals(Set.of(erased), server.erase(id, Set.of(erased)));
    turn(server, "a", "Q3");
    assertEquals(List.of("Q1", "", "Q2", "re Q2", "Q3", "re Q3"), texts(server, id));
  }

  @Test
  void messagesThatAreNotThere_leaveTheArchiveAsItIs() throws IOException {
    assertEquals(Set.of(), server.erase(id, Set.of("other")));
    assertFalse(fixture.isStored(id));
    assertEquals(1, fixture.names().size());
    assertEquals(Set.of(), server.erase(new SessionId("conv-none"), Set.of("other")));
  }
}
