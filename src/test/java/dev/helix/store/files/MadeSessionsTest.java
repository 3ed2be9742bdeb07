package dev.helix.store.files;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.SessionId;
import dev.helix.store.files.MadeSessions.Mark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Which sessions the next start forces. */
class MadeSessionsTest {
  @TempDir Path sessions;

  private static SessionId id(int number) {
    return new SessionId("conv-" + number);
  }

  private List<SessionId> left() throws IOException {
    return new MadeSessions(sessions).left();
  }

  private Path file() {
    return sessions.resolve(".unfinished/made");
  }

  @Test
  void whatWasAdded_isFoundByTheNextStart_andNothingIsLeftWhereNothingWas() throws IOException {
    assertEquals(List.of(), left());
    MadeSessions made = new MadeSessions(sessions);
    Mark one = made.add(id(1));
    made.add(id(2));
    assertEquals(List.of(id(1), id(2)), left());
    made.forced(one);
    assertTrue(left().contains(id(2)));
  }

  @Test
  void fileStaysShort_howeverManySessionsAreMade_andKeepsThoseThatAreNotForced()
      throws IOException {
    MadeSessions made = new MadeSessions(sessions);
    List<SessionId> unforced = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      Mark mark = made.add(id(i));
      if (i % 100 == 0) {
        unforced.add(id(i));
      } else {
        made.forced(mark);
      }
      int most = 2 * unforced.size() + 70;
      assertTrue(i % 50 != 0 || left().size() <= most, i + ": " + left().size());
    }
    assertTrue(left().containsAll(unforced));
  }

  @Test
  void lineThatBrokeOff_takesNoOtherWithIt() throws IOException {
    MadeSessions made = new MadeSessions(sessions);
    made.add(id(1));
    Files.write(file(), "\n../conv".getBytes(US_ASCII), StandardOpenOption.APPEND);
    made.add(id(2));
    assertEquals(List.of(id(1), id(2)), left());
  }

  @Test
  void sessionThatWasNotMade_andTheEnd_leaveNoFile() throws IOException {
    MadeSessions made = new MadeSessions(sessions);
    Mark one = made.add(id(1));
    made.notMade(made.add(id(2)));
    assertTrue(Files.exists(file()));
    made.forced(one);
    made.removeIfEmpty();
    assertFalse(Files.exists(file()));
    made.notMade(made.add(id(3)));
    assertFalse(Files.exists(file()));
  }

  @Test
  void directoryThatIsGone_isNotMadeAgain() {
    MadeSessions made = new MadeSessions(sessions.resolve("gone"));
    assertThrows(NoSuchFileException.class, () -> made.add(id(1)));
    assertFalse(Files.exists(sessions.resolve("gone")));
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "its disks have no POSIX permissions")
  void file_isItsOwnersAlone_alsoWhereItWasTakenAway() throws IOException {
    MadeSessions made = new MadeSessions(sessions);
    for (int i = 0; i < 200; i++) {
      made.forced(made.add(id(i)));
      assertEquals(
          PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(file()));
      if (i % 30 == 0) {
        Files.delete(file());
      }
    }
  }
}
