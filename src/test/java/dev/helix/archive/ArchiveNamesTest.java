package dev.helix.archive;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.SessionId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is known of archives that are not there. */
class ArchiveNamesTest {
  private static final SessionId ARCHIVED = new SessionId("conv-a_b");
  private static final SessionId OTHER = new SessionId("conv-b");
  private static final Instant CHANGED = Instant.parse("2026-01-05T12:00:00Z");

  @TempDir Path folder;
  private ArchiveNames names;
  private long nanos = Long.MAX_VALUE - 5; // so that it turns negative meanwhile

  @BeforeEach
  void open() {
    names = new ArchiveNames(folder, () -> nanos);
  }

  private void archive(SessionId id, Instant changed) throws IOException {
    Files.createFile(folder.resolve("2026-01_" + id + ".zip"));
    Files.setLastModifiedTime(folder, FileTime.from(changed));
  }

  private void pass(Duration time) {
    nanos += time.toNanos();
  }

  @Test
  void folderThatIsNotMade_hasNoArchives() {
    assertTrue(new ArchiveNames(folder.resolve("no"), () -> nanos).lack(OTHER));
  }

  @Test
  void folderThatWasNotChangedForAWhile_isListed_andOthersAreKnownToBeAbsent() throws IOException {
    archive(ARCHIVED, CHANGED);
    assertFalse(names.lack(OTHER), "it was changed just now, for all that is known");
    pass(Duration.ofSeconds(3));
    assertTrue(names.lack(OTHER));
    assertFalse(names.lack(ARCHIVED));
  }

  @Test
  void archiveThatComes_isNeverTakenForAbsent() throws IOException {
    archive(ARCHIVED, CHANGED);
    assertFalse(names.lack(OTHER));
    pass(Duration.ofSeconds(3));
    assertTrue(names.lack(OTHER));
    archive(OTHER, CHANGED.plusSeconds(1));
    assertFalse(names.lack(OTHER));
    pass(Duration.ofSeconds(2));
    assertFalse(names.lack(OTHER));
    pass(Duration.ofSeconds(2));
    assertFalse(names.lack(OTHER));
    assertTrue(names.lack(new SessionId("conv-c")));
  }
}
