package dev.helix.backend.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.helix.scripted.Table;
import java.net.URI;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Where the endpoints of an upstream are, by the address that an operator writes. */
class UpstreamAddressTest {
  private static UpstreamSettings settings(String url) {
    Duration time = Duration.ofSeconds(1);
    return new UpstreamSettings(URI.create(url), "geheim-key", time, time, 1);
  }

  static Stream<Arguments> endpointsBelowABase() {
    return Table.of(
        "http://h/v1 → http://h/v1/models",
        "http://h/v1/ → http://h/v1/models",
        "http://h/v1// → http://h/v1/models",
        "http://h → http://h/models",
        "http://h/v1/chat/completions → http://h/v1/models",
        "http://h/v1/chat/completions/ → http://h/v1/models",
        "http://my_host:8000/v1 → http://my_host:8000/v1/models",
        "https://x.openai.azure.com/openai/v1?api-version=preview → https://x.openai.azure.com/openai/v1/models?api-version=preview",
        "https://x.azure.com/openai/deployments/d/chat/completions?api-version=2024-10-21 → https://x.azure.com/openai/deployments/d/models?api-version=2024-10-21");
  }

  @ParameterizedTest
  @MethodSource
  void endpointsBelowABase(String url, String models) {
    UpstreamSettings settings = settings(url);
    assertEquals(models, settings.endpoint("/models").toString());
    assertEquals(
        models.replace("/models", "/chat/completions"),
        settings.endpoint(UpstreamSettings.COMPLETIONS).toString());
  }

  @Test
  void settings_showNeitherKeyNorQuery() {
    String shown = settings("http://h/v1?api-version=q1").toString();
    assertFalse(shown.contains("geheim") || shown.contains("q1"), shown);
  }
}
