package dev.helix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.config.InvalidSettingsException;
import dev.helix.config.Settings;
import dev.helix.config.Source;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which addresses of an upstream are taken, and what is said of the others. */
class UpstreamUrlTest {
  @TempDir Path folder;

  private HelixConfig config(String url) {
    return HelixConfig.from(
        new Settings(
            List.of(
                Source.of(
                    "test",
                    Map.of("helix.sessions.dir", folder.toString(), "helix.upstream.url", url)))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:11434/v1",
        "http://my_host:8000/v1",
        "https://api.example/v1/chat/completions",
        "https://x.openai.azure.com/openai/v1?api-version=2024-10-21-preview"
      })
  void addressThatIsUnderstood(String url) {
    assertEquals(url, config(url).upstreams().all().get(0).settings().url().toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://host/v1?key=geheim",
        "http://host/v1?api-version=1&key=geheim",
        "http://geheim:geheim@host/v1",
        "http://host/v1#geheim",
        "http://geheim@my_host/v1"
      })
  void addressWithMore_isRefused_withWhatToWrite_andWithoutTheSecret(String url) {
    InvalidSettingsException refusal =
        assertThrows(InvalidSettingsException.class, () -> config(url));
    String message = refusal.getMessage();
    assertTrue(message.contains("helix.upstream.url"), message);
    assertTrue(message.contains("such as http://127.0.0.1:11434/v1"), message);
    assertFalse(message.contains("?key=geheim") || message.contains("geheim@"), message);
  }
}
