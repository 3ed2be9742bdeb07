package dev.helix.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How much memory sessions may take, as settings say it. */
class CacheShareTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"1, 1", "' 7 ', 7", "80, 80", "'', 20", "' ', 20", ", 20"})
  void share_isWhatIsSet_elseAFifth(String setting, int percent) {
    CacheShare share = CacheShare.of(key -> key.equals(CacheShare.KEY) ? setting : null);
    assertEquals(percent, share.percent());
    assertEquals(Runtime.getRuntime().maxMemory() / 100 * percent / 10, share.storeBytes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "81", "-1", "ten", "20%", "1.5", "99999999999"})
  void otherValues_areRefused(String setting) {
    Exception refused =
        assertThrows(IllegalArgumentException.class, () -> CacheShare.of(key -> setting));
    assertTrue(refused.getMessage().contains("1 to 80"), refused.getMessage());
  }

  @Test
  void storeOfFolders_takesItsPartOfTheShareThatIsSet() {
    Map<String, String> settings =
        Map.of("helix.sessions.dir", directory.toString(), CacheShare.KEY, "half");
    assertThrows(
        IllegalArgumentException.class, () -> StoreProviders.named("files").open(settings::get));
  }
}
