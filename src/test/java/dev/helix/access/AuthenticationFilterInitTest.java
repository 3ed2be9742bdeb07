package dev.helix.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.config.InvalidSettingsException;
import dev.helix.config.Settings;
import dev.helix.config.Source;
import dev.helix.filter.MovedClock;
import dev.helix.filter.RawHttp;
import dev.helix.filter.TestServer;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuthenticationFilterInitTest {
  @TempDir Path folder;
  private Path keys;

  @BeforeEach
  void writeKeys() throws IOException {
    keys = folder.resolve("keys");
    Files.writeString(keys, ApiKey.of("acme", "key-acme", false).line() + "\n");
  }

  @Test
  void initParams_setItUpInAnotherApplication() throws Exception {
    try (TestServer server =
        new TestServer()
            .filter(
                new AuthenticationFilter(),
                "/*",
                Map.of("helix.api.keys.file", keys.toString(), "helix.trust.user.headers", "true"))
            .endpoint("/*", (request, response) -> response.setStatus(204))
            .start()) {
      RawHttp.Request chat = RawHttp.post("/v1/chat/completions").json("{}");
      assertEquals(401, server.send(chat).status());
      assertEquals(204, server.send(chat.header("Authorization", "Bearer key-acme")).status());
    }
  }

  @Test
  void keysFileThatCannotBeUsed_stopsTheStart_andIsNamedWithItsLine() throws Exception {
    Files.writeString(keys, "# keys\nacme:geheim\n");
    ServletException error =
        assertThrows(
            ServletException.class,
            () ->
                new TestServer()
                    .filter(
                        new AuthenticationFilter(),
                        "/*",
                        Map.of(
                            "helix.api.keys.file",
                            keys.toString(),
                            "helix.openwebui.jwt.secret",
                            "geheim"))
                    .start());
    String message = error.getMessage();
    assertTrue(message.contains("helix.api.keys.file = " + keys), message);
    assertTrue(message.contains("line 2"), message);
    assertTrue(message.contains("helix.openwebui.jwt.secret = (set)"), message);
    assertFalse(message.contains("geheim"), message);
    assertThrows(
        ServletException.class,
        () ->
            new TestServer()
                .filter(
                    new AuthenticationFilter(
                        new AuthenticationSettings(keys, null, Duration.ofSeconds(30), false),
                        new MovedClock()),
                    "/*")
                .start());
  }

  @ParameterizedTest
  @CsvSource({"31,false", "32,true"})
  void secretTooShortForHs256_isRefused_withTheReason(int bytes, boolean allowed) {
    Settings settings =
        new Settings(
            List.of(Source.of("test", Map.of("helix.openwebui.jwt.secret", "x".repeat(bytes)))));
    AuthenticationSettings read = AuthenticationSettings.from(settings);
    if (allowed) {
      settings.check();
      assertFalse(read.toString().contains("xx"), read.toString());
      return;
    }
    InvalidSettingsException error = assertThrows(InvalidSettingsException.class, settings::check);
    assertTrue(error.getMessage().contains("at least 32 bytes"), error.getMessage());
    assertFalse(error.getMessage().contains("xx"), error.getMessage());
  }
}
