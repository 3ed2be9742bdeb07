package dev.helix.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.filter.MovedClock;
import dev.helix.scripted.LoggedLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeysFileTest {
  // printf %s key-one | sha256sum
  private static final String ONE = ApiKey.of("t", "key-one", false).hash();
  private static final String TWO = ApiKey.of("t", "key-two", false).hash();

  @TempDir Path folder;
  private final MovedClock clock = new MovedClock();

  private Path file() {
    return folder.resolve("keys");
  }

  private KeysFile keys(String... lines) throws IOException {
    write(lines);
    return new KeysFile(file(), clock);
  }

  private void write(String... lines) throws IOException {
    Files.writeString(file(), String.join("\n", lines));
  }

  private static String tenant(KeysFile keys, String key) {
    ApiKey found = keys.find(ApiKey.hash(key));
    return found == null ? null : found.tenant();
  }

  @Test
  void hash_isThatOfOtherPrograms() {
    // printf %s abc | sha256sum
    assertEquals(
        "acme:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad:service",
        ApiKey.of("acme", "abc", true).line());
  }

  @Test
  void everyLine_letsItsTenantIn_andCommentsAreNothing() throws IOException {
    KeysFile keys =
        keys(
            "\ufeff# keys of acme",
            "",
            "  acme:" + ONE + "  ",
            "\t# another: line",
            "B.e_t-a:" + TWO.toUpperCase(java.util.Locale.ROOT) + ":service\r",
            "acme:" + ONE);
    assertEquals("acme", tenant(keys, "key-one"));
    assertEquals("B.e_t-a", tenant(keys, "key-two"));
    assertTrue(keys.find(TWO).service());
    assertFalse(keys.find(ONE).service());
    for (String wrong : new String[] {"", "key-thre", "KEY-ONE", ONE, " key-one"}) {
      assertNull(tenant(keys, wrong), wrong);
    }
  }

  @ParameterizedTest
  @CsvSource({
    ":operator, false, true",
    ":service:operator, true, true",
    ":operator:service, true, true",
    ":service, true, false",
    "'', false, false"
  })
  void flagsOfALine_sayWhatItsKeyIs(String flags, boolean service, boolean operator)
      throws IOException {
    ApiKey key = keys("acme:" + ONE + flags).find(ONE);
    assertEquals(service, key.service());
    assertEquals(operator, key.operator());
    assertEquals(key, keys(key.line()).find(ONE), "as it is written");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "acme",
        "acme:",
        ":%s",
        "acme:%sff",
        "acme:0%s",
        "acme:sk-a-key-in-the-clear",
        "acme %s",
        "ac me:%s",
        "acme/x:%s",
        "acme: %s",
        "acme:%s:",
        "acme:%s:Service",
        "acme:%s:service:x",
        "acme:%s:service:service",
        "acme:%s:operator:",
        "acme:%s:Operator",
        "acme:%s:operator:service:operator",
        "%s:acme"
      })
  void brokenLine_isNamedByItsNumber_andNeverShown(String line) {
    String broken = line.formatted(TWO);
    BrokenKeysException error =
        assertThrows(BrokenKeysException.class, () -> keys("# keys", "acme:" + ONE, broken, "x"));
    assertTrue(error.getMessage().contains("line 3"), error.getMessage());
    for (String secret : new String[] {ONE, TWO, "acme", "sk-a-key"}) {
      assertFalse(error.getMessage().contains(secret), error.getMessage());
    }
  }

  @Test
  void hashOfNoKeyAtAll_isABrokenLine_soThatNobodyComesInWithoutOne() {
    // printf %s "$NOT_SET" | sha256sum
    String nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    BrokenKeysException error =
        assertThrows(BrokenKeysException.class, () -> keys("acme:" + ONE, "other:" + nothing));
    assertTrue(error.getMessage().contains("line 2"), error.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"other:%s", "acme:%s:service"})
  void keyOfTwo_isRefused(String line) {
    BrokenKeysException error =
        assertThrows(BrokenKeysException.class, () -> keys("acme:" + ONE, line.formatted(ONE)));
    assertTrue(error.getMessage().contains("line 2"), error.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n\n", "# nothing"})
  void fileWithoutAKey_isRefused(String content) {
    assertThrows(BrokenKeysException.class, () -> keys(content));
  }

  @Test
  void missingFile_orAFolder_isRefused() throws IOException {
    assertThrows(BrokenKeysException.class, () -> new KeysFile(file(), clock));
    Files.createDirectory(file());
    assertThrows(BrokenKeysException.class, () -> new KeysFile(file(), clock));
  }

  @Test
  void changedFile_isReadAgain_butNotBeforeASecondIsOver() throws IOException {
    KeysFile keys = keys("acme:" + ONE);
    write("acme:" + TWO + ":service");
    clock.move(Duration.ofMillis(999));
    assertEquals("acme", tenant(keys, "key-one"));
    clock.move(Duration.ofMillis(1));
    assertNull(tenant(keys, "key-one"));
    assertEquals("acme", tenant(keys, "key-two"));
    write("other:" + TWO);
    clock.move(Duration.ofHours(-1));
    assertEquals("other", tenant(keys, "key-two"));
  }

  @Test
  void replacedFile_ofTheSameSizeAndTime_isReadAgain() throws IOException {
    KeysFile keys = keys("acme:" + ONE);
    Path beside = folder.resolve("new");
    Files.writeString(beside, "acme:" + TWO);
    Files.setLastModifiedTime(beside, Files.getLastModifiedTime(file()));
    Files.move(beside, file(), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    clock.move(Duration.ofSeconds(1));
    assertEquals("acme", tenant(keys, "key-two"));
  }

  @Test
  void brokenReload_keepsTheOldKeys_andIsLoggedOnceForEachChange() throws IOException {
    KeysFile keys = keys("acme:" + ONE);
    try (Log log = new Log()) {
      String[][] contents = {{"acme:" + TWO, "acme:oops"}, {""}, null};
      for (String[] content : contents) {
        if (content == null) {
          Files.delete(file());
        } else {
          write(content);
        }
        for (int i = 0; i < 5; i++) {
          clock.move(Duration.ofSeconds(2));
          assertEquals("acme", tenant(keys, "key-one"));
          assertNull(tenant(keys, "key-two"));
        }
      }
      assertEquals(3, log.lines.size(), log.lines.toString());
      assertTrue(log.lines.get(0).contains("line 2"), log.lines.toString());
      write("acme:" + TWO);
      clock.move(Duration.ofSeconds(2));
      assertEquals("acme", tenant(keys, "key-two"));
      assertNull(tenant(keys, "key-one"));
      for (String line : log.lines) {
        assertTrue(line.contains(file().toString()), line);
        assertFalse(line.contains(ONE) || line.contains(TWO) || line.contains("oops"), line);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "rw-------, false",
    "r--------, false",
    "rw-r-----, false",
    "rw-r--r--, true",
    "rw----r--, true",
    "rw-rw----, true",
    "rw-----w-, true"
  })
  void fileThatOthersMayRead_isAWarning(String allowed, boolean warned) throws IOException {
    try (LoggedLines log = LoggedLines.of(KeysFile.class.getName())) {
      write("acme:" + ONE);
      Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString(allowed));
      KeysFile keys = new KeysFile(file(), clock);
      assertEquals(warned ? 1 : 0, log.warnings().size(), log.all().toString());
      clock.move(Duration.ofSeconds(2));
      assertEquals("acme", tenant(keys, "key-one"));
      assertEquals(warned ? 1 : 0, log.warnings().size(), log.all().toString());
      for (String line : log.warnings()) {
        assertTrue(line.contains(file().toString()) && line.contains(allowed), line);
      }
    }
  }

  /** What the keys file logs. */
  private static final class Log extends Handler implements AutoCloseable {
    private final List<String> lines = new ArrayList<>();
    private final Logger logger = Logger.getLogger(KeysFile.class.getName());

    private Log() {
      logger.addHandler(this);
    }

    @Override
    public void publish(LogRecord record) {
      if (record.getLevel().intValue() >= Level.INFO.intValue()) {
        lines.add(new SimpleFormatter().formatMessage(record));
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      logger.removeHandler(this);
    }
  }
}
