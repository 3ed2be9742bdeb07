package dev.helix.store.files;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.SessionId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Which sessions the next start forces. */
class UnforcedSessionsTest {
  @TempDir Path sessions;

  private static Forces forces(Path directory) {
    return new Forces(directory, Clock.systemUTC());
  }

  private static SessionId id(int number) {
    return new SessionId("conv-" + number);
  }

  private List<SessionId> left() throws IOException {
    return forces(sessions).left();
  }

  private Path file() {
    return sessions.resolve(".unfinished/made");
  }

  @Test
  void whatWasAdded_isFoundByTheNextStart_andNothingIsLeftWhereNothingWas() throws IOException {
    assertEquals(List.of(), left());
    Forces made = forces(sessions);
    Object one = made.making(id(1));
    made.making(id(2));
    assertEquals(List.of(id(1), id(2)), left());
    made.forced(id(1), one);
    assertTrue(left().contains(id(2)));
  }

  @Test
  void fileStaysShort_howeverManySessionsAreMade_andKeepsThoseThatAreNotForced()
      throws IOException {
    Forces made = forces(sessions);
    List<SessionId> unforced = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      Object mark = made.making(id(i));
      if (i % 100 == 0) {
        unforced.add(id(i));
      } else {
        made.forced(id(i), mark);
      }
      int most = 2 * unforced.size() + 70;
      assertTrue(i % 50 != 0 || left().size() <= most, i + ": " + left().size());
    }
    assertTrue(left().containsAll(unforced));
  }

  @Test
  void lineThatBrokeOff_takesNoOtherWithIt() throws IOException {
    Forces made = forces(sessions);
    made.making(id(1));
    Files.write(file(), "\n../conv".getBytes(US_ASCII), StandardOpenOption.APPEND);
    made.making(id(2));
    assertEquals(List.of(id(1), id(2)), left());
  }

  @Test
  void sessionThatWasNotMade_andTheEnd_leaveNoFile() throws IOException {
    Forces made = forces(sessions);
    Object one = made.making(id(1));
    made.notMade(made.making(id(2)));
    assertTrue(Files.exists(file()));
    made.forced(id(1), one);
    made.close();
    assertFalse(Files.exists(file()));
    made.notMade(made.making(id(3)));
    assertFalse(Files.exists(file()));
  }

  @Test
  void directoryThatIsGone_isNotMadeAgain() {
    Forces made = forces(sessions.resolve("gone"));
    assertThrows(NoSuchFileException.class, () -> made.making(id(1)));
    assertFalse(Files.exists(sessions.resolve("gone")));
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "its disks have no POSIX permissions")
  void file_isItsOwnersAlone_alsoWhereItWasTakenAway() throws IOException {
    Forces made = forces(sessions);
    for (int i = 0; i < 200; i++) {
      made.forced(id(i), made.making(id(i)));
      assertEquals(
          PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(file()));
      if (i % 30 == 0) {
        Files.delete(file());
      }
    }
  }
}
