package dev.helix.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.config.InvalidSettingsException;
import dev.helix.config.Settings;
import dev.helix.config.Source;
import dev.helix.filter.FilterSettings.Fallback;
import dev.helix.session.OwnerScope;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilterSettingsTest {
  @Test
  void defaultsAreThoseOfTheSpecification() {
    FilterSettings defaults = FilterSettings.defaults();

    assertEquals(List.of("X-Conversation-ID", "X-OpenWebUI-Chat-Id"), defaults.headers());
    assertEquals(Fallback.FIRST_MESSAGE, defaults.fallback());
    long memory = Math.min(512L << 20, Runtime.getRuntime().maxMemory() / 3);
    assertEquals(memory, defaults.memoryBytes());
    assertEquals(Math.min(64L << 20, memory / 5 / 4 * 3), defaults.maxBytes());
    assertEquals(List.of(), defaults.methods());
    assertEquals(128, defaults.senders());
    assertEquals(Duration.ofMinutes(5), defaults.bodyTimeout());
  }

  @Test
  void allCanBeSet() {
    Settings settings =
        settings(
            Map.ofEntries(
                Map.entry("helix.conversation.headers", "X-Chat-Id, X-Session-Id"),
                Map.entry("helix.conversation.fields", "metadata.chat, user"),
                Map.entry("helix.conversation.fallback", "none"),
                Map.entry("helix.conversation.methods", "POST, PUT"),
                Map.entry("helix.owner.scope", "tenant"),
                Map.entry("helix.request.max.bytes", "1MiB"),
                Map.entry("helix.request.memory.bytes", "2MiB"),
                Map.entry("helix.request.senders", "20"),
                Map.entry("helix.timeout.body", "30s"),
                Map.entry("helix.responses.refusals", "attach"),
                Map.entry("helix.responses.record-unstored", "true")));

    FilterSettings read = FilterSettings.from(settings);

    settings.check();
    assertEquals(
        new FilterSettings(
            List.of("X-Chat-Id", "X-Session-Id"),
            List.of("metadata.chat", "user"),
            List.of("POST", "PUT"),
            Fallback.NONE,
            OwnerScope.TENANT,
            1 << 20,
            2 << 20,
            20,
            Duration.ofSeconds(30),
            FilterSettings.Refusals.ATTACH,
            true),
        read);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "agents |"
            + " X-Session-Id,X-Session-Affinity,X-OpenCode-Session,Session-Id,Thread-Id,X-Claude-Code-Session-Id",
        "librechat | X-Conversation-ID,X-LibreChat-Conversation-Id",
        "n8n | X-Session-Id,X-N8N-Session-Id",
        "X-A, LibreChat | X-A,X-Conversation-ID,X-LibreChat-Conversation-Id",
        "n8n, x-session-id, X-A, x-a | X-Session-Id,X-N8N-Session-Id,X-A"
      })
  void preset_standsForItsHeaders_eachOnce(String value, String headers) {
    Settings settings = settings(Map.of("helix.conversation.headers", value));
    FilterSettings read = FilterSettings.from(settings);
    settings.check();
    assertEquals(List.of(headers.split(",")), read.headers());
  }

  @ParameterizedTest
  @CsvSource({
    "helix.conversation.headers,X Chat",
    "helix.conversation.headers,X-Chat:",
    "helix.conversation.fields,a.b",
    "helix.conversation.fields,metadata.",
    "helix.conversation.fields,messages",
    "helix.conversation.fields,metadata.a.b",
    "helix.conversation.fallback,first_message",
    "helix.request.max.bytes,2GiB",
    "helix.request.max.bytes,0",
    "helix.request.memory.bytes,0",
    "helix.request.senders,0",
    "helix.timeout.body,0s",
    "helix.conversation.methods,post",
    "helix.conversation.methods,'POST, G-T'"
  })
  void whatCannotBeUsed_isNamedWhenTheSettingsAreChecked(String key, String value) {
    Settings settings = settings(Map.of(key, value));

    FilterSettings.from(settings);

    InvalidSettingsException error = assertThrows(InvalidSettingsException.class, settings::check);
    assertTrue(
        error.getMessage().startsWith("1 setting cannot be used:\n  " + key), error.getMessage());
  }

  @Test
  void oneBodyMayNotBeLargerThanTheMemoryForAll_butTheDefaultFollowsIt() {
    Settings both =
        settings(Map.of("helix.request.max.bytes", "3MiB", "helix.request.memory.bytes", "2MiB"));
    FilterSettings.from(both);
    assertTrue(
        assertThrows(InvalidSettingsException.class, both::check)
            .getMessage()
            .contains("helix.request.max.bytes = 3MiB"));

    Settings one = settings(Map.of("helix.request.memory.bytes", "2MiB"));
    assertEquals((2 << 20) / 5 / 4 * 3, FilterSettings.from(one).maxBytes());
    one.check();
  }

  private static Settings settings(Map<String, String> values) {
    return new Settings(List.of(Source.of("JNDI", values)));
  }
}
