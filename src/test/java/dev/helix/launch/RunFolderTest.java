package dev.helix.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  @TempDir Path parent;
  @TempDir Path elsewhere;

  @Test
  void unpack_keepsTheServerOutOfTheWebApplication() throws IOException {
    Path war =
        war("WEB-INF/web.xml", "WEB-INF/lib-provided/jetty.jar", "dev/helix/launch/Launcher.class");
    try (RunFolder folder = RunFolder.create(parent)) {
      folder.unpack(war);
      assertEquals(List.of("WEB-INF/web.xml"), files(folder.webApplication()));
      assertEquals(
          List.of("classes", "jetty.jar"),
          folder.serverClassPath().stream().map(path -> path.getFileName().toString()).toList());
      assertTrue(Files.isDirectory(folder.work()));
    }
    assertEquals(List.of(), files(parent));
  }

  @Test
  void entryThatPointsOutOfTheFolder_isRefused() throws IOException {
    Path war = war("../../../outside");
    try (RunFolder folder = RunFolder.create(parent)) {
      assertThrows(IOException.class, () -> folder.unpack(war));
    }
    assertFalse(Files.exists(parent.resolve("outside")));
  }

  @Test
  void nextRun_takesWhatAKilledRunLeft_andNothingElse() throws IOException {
    Path killed = Files.createDirectories(parent.resolve("helix-sessions-1/webapp/WEB-INF"));
    Files.writeString(killed.resolve("web.xml"), "x");
    Files.writeString(parent.resolve("helix-sessions-1/run.lock"), "");
    Files.createDirectories(parent.resolve("helix-sessions-2/no-lock-no-run"));
    Files.writeString(parent.resolve("helix-sessions-3"), "a file");
    Files.createDirectories(parent.resolve("another-program"));
    Files.writeString(elsewhere.resolve("run.lock"), "");
    Files.createSymbolicLink(parent.resolve("helix-sessions-4"), elsewhere);
    try (RunFolder folder = RunFolder.create(parent)) {
      assertFalse(Files.exists(parent.resolve("helix-sessions-1")));
      assertTrue(Files.exists(parent.resolve("helix-sessions-2/no-lock-no-run")));
      assertTrue(Files.exists(parent.resolve("helix-sessions-3")));
      assertTrue(Files.exists(parent.resolve("another-program")));
      assertTrue(Files.exists(elsewhere.resolve("run.lock")), "a link is not followed");
      assertTrue(folder.work().startsWith(parent));
    }
  }

  @Test
  void whatIsUnpacked_looksUsed_soThatNoTidyingServiceTakesIt() throws IOException {
    Path war = war("WEB-INF/web.xml", "WEB-INF/classes/Late.class", "dev/helix/launch/A.class");
    try (RunFolder folder = RunFolder.create(parent)) {
      folder.unpack(war);
      FileTime tenDaysAgo = FileTime.from(Instant.now().minus(Duration.ofDays(10)));
      List<Path> all;
      try (Stream<Path> walked = Files.walk(parent.resolve(folder.work()).getParent())) {
        all = walked.toList();
      }
      for (Path path : all) {
        Files.getFileAttributeView(path, BasicFileAttributeView.class)
            .setTimes(tenDaysAgo, tenDaysAgo, null);
      }
      folder.keep(Duration.ofMillis(5));
      long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
      for (Path path : all) {
        while (Files.getLastModifiedTime(path).equals(tenDaysAgo)
            || lastAccess(path).compareTo(FileTime.from(Instant.now().minusSeconds(3600))) < 0) {
          assertTrue(System.nanoTime() < end, () -> path + " looks unused");
          Thread.onSpinWait();
        }
      }
    }
    assertEquals(List.of(), files(parent));
  }

  private static FileTime lastAccess(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).lastAccessTime();
  }

  private Path war(String... entries) throws IOException {
    Path war = elsewhere.resolve("some.war");
    try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(war))) {
      for (String entry : entries) {
        jar.putNextEntry(new JarEntry(entry));
        jar.closeEntry();
      }
    }
    return war;
  }

  private static List<String> files(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString())
          .sorted()
          .toList();
    }
  }
}
