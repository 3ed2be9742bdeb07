package dev.helix.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  private static final String KEY = "helix.some-thing.key";

  private enum Colour {
    RED,
    DARK_BLUE
  }

  @Test
  void theFirstSourceWithAValueWins_andTheReportNamesIt() {
    Settings settings =
        new Settings(
            List.of(
                Source.of("init-param", Map.of()),
                Source.of("JNDI", Map.of(KEY, "from JNDI")),
                Source.of("context-param", Map.of(KEY, "from the context"))));

    assertEquals("from JNDI", settings.string(KEY, "default"));
    assertEquals(List.of(KEY + " = from JNDI (JNDI)"), settings.report());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t\n"})
  void emptyValueIsAbsent_theNextSourceIsAsked(String empty) {
    Settings settings =
        new Settings(
            List.of(
                Source.of("JNDI", Map.of(KEY, empty)),
                Source.of("context-param", Map.of(KEY, " from the context "))));

    assertEquals("from the context", settings.string(KEY, null));
    assertEquals(List.of(KEY + " = from the context (context-param)"), settings.report());
  }

  @Test
  void withNoValueTheDefaultHolds_andTheReportSaysSo() {
    Settings settings = new Settings(List.of(Source.of("JNDI", Map.of())));

    assertNull(settings.string("helix.a", null));
    assertEquals(64L << 20, settings.size("helix.b", 64L << 20, 1, Long.MAX_VALUE));
    assertEquals(Duration.ofMinutes(2), settings.duration("helix.c", Duration.ofMinutes(2)));
    assertEquals(Colour.DARK_BLUE, settings.choice("helix.d", Colour.DARK_BLUE));
    settings.check();
    assertEquals(
        List.of(
            "helix.a = (not set) (default)",
            "helix.b = 64MiB (default)",
            "helix.c = 2m (default)",
            "helix.d = dark-blue (default)"),
        settings.report());
  }

  @Test
  void environmentSpellsDotsAndHyphensAsUnderscores() {
    Settings settings =
        new Settings(List.of(Source.environment(Map.of("HELIX_SOME_THING_KEY", "found"))));

    assertEquals("found", settings.string(KEY, null));
  }

  @Test
  void systemPropertyIsReadAsItIs() {
    Properties properties = new Properties();
    properties.setProperty(KEY, "found");

    assertEquals(
        "found", new Settings(List.of(Source.systemProperties(properties))).string(KEY, null));
  }

  @Test
  void jndiWithoutAnyContextIsNoSource_andNoError() {
    assertEquals("default", new Settings(List.of(Source.jndi())).string(KEY, "default"));
  }

  @Test
  void pathIsAbsolute_andTildeIsTheHomeDirectory() {
    Path home = Path.of(System.getProperty("user.home"));

    assertEquals(home.resolve("sessions"), with("~/sessions").path(KEY, null));
    assertEquals(home, with("~").path(KEY, null));
    assertEquals(Path.of("/srv/a"), with("/srv/b/../a").path(KEY, null));
    assertTrue(with("here").path(KEY, null).isAbsolute());
  }

  @ParameterizedTest
  @CsvSource({
    "500ms,PT0.5S",
    "10s,PT10S",
    "10 s,PT10S",
    "2m,PT2M",
    "1h,PT1H",
    "1d,PT24H",
    "PT1M30S,PT1M30S"
  })
  void durationIsANumberWithItsUnit(String text, Duration expected) {
    assertEquals(expected, with(text).duration(KEY, null));
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "1024,1024",
    "12B,12",
    "512KiB,524288",
    "64MiB,67108864",
    "64 mib,67108864",
    "2GiB,2147483648"
  })
  void sizeIsANumberOfBytesOrHasABinaryUnit(String text, long expected) {
    assertEquals(expected, with(text).size(KEY, 1, 0, Long.MAX_VALUE));
  }

  @Test
  void theOtherTypesAreReadAsWritten() {
    assertEquals(
        URI.create("http://127.0.0.1:11434/v1"), with("http://127.0.0.1:11434/v1").uri(KEY, null));
    assertEquals(-3, with("-3").integer(KEY, 0, -3, 3));
    assertTrue(with("true").flag(KEY, false));
    assertFalse(with("false").flag(KEY, true));
    assertEquals(Colour.DARK_BLUE, with("dark-blue").choice(KEY, Colour.RED));
    assertEquals(List.of("a", "b c"), with(" a , b c").list(KEY, List.of()));
    assertEquals("s3cret", with("s3cret").secret(KEY));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10",
        "10x",
        "-1s",
        "1.5s",
        "0s",
        "0ms",
        "367d",
        "999999999999999d",
        "P",
        "PT",
        "s",
        "10S",
        "PT999999999999999999H"
      })
  void durationWithoutUnitOrOutOfLimits_isRefused(String text) {
    refused(text, "a duration such as 500ms, 10s", s -> s.duration(KEY, Duration.ofSeconds(1)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "64MB",
        "64 apples",
        "-1",
        "1.5MiB",
        "4",
        "1025",
        "999999999999999999GiB",
        "MiB",
        "9999999999999999999"
      })
  void sizeWithAnotherUnitOrOutOfLimits_isRefused(String text) {
    refused(
        text, "a size such as 64MiB, 512KiB or a number of bytes", s -> s.size(KEY, 5, 5, 1024));
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:11434", "ftp://a/b", "http:///v1", "http://a b/", "/v1", "::"})
  void otherThanAnHttpUrl_isRefused(String text) {
    refused(text, "an http or https URL", s -> s.uri(KEY, null));
  }

  @ParameterizedTest
  @ValueSource(strings = {"yes", "1", "TRUE", "on"})
  void otherThanTrueOrFalse_isRefused(String text) {
    refused(text, "true or false", s -> s.flag(KEY, false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "1.0", "11", "-1", "99999999999"})
  void otherThanAWholeNumberInTheLimits_isRefused(String text) {
    refused(text, "a whole number from 0 to 10", s -> s.integer(KEY, 1, 0, 10));
  }

  @Test
  void otherBadValuesAreRefused() {
    refused("green", "one of red, dark-blue", s -> s.choice(KEY, Colour.RED));
    refused("DARK_BLUE", "one of red, dark-blue", s -> s.choice(KEY, Colour.RED));
    refused("a,,b", "a list separated by commas", s -> s.list(KEY, List.of()));
    refused("~bob/sessions", "a path", s -> s.path(KEY, null));
    refused("a\0b", "a path", s -> s.path(KEY, null));
  }

  @Test
  void oneErrorListsEveryBadKey_withSourceAndWhatIsAllowed_andShowsNoSecret() {
    Settings settings =
        new Settings(
            List.of(
                Source.of("init-param", Map.of("helix.a", "10", "helix.token", "s3cret")),
                Source.environment(
                    Map.of("HELIX_B", "http://joe:s3cret@[bad/?key=s3cret", "HELIX_OK", "true"))));
    settings.duration("helix.a", Duration.ofSeconds(1));
    settings.uri("helix.b", null);
    settings.flag("helix.ok", false);
    settings.secret("helix.token");
    settings.reject("helix.token", "at least 32 bytes long");
    settings.reject("helix.absent", "set");

    InvalidSettingsException error = assertThrows(InvalidSettingsException.class, settings::check);

    assertEquals(
        """
        4 settings cannot be used:
          helix.a = 10 (init-param): must be a duration such as 500ms, 10s, 2m, 1h or PT1M30S, \
        from 1ms to 1d
          helix.b = ***@[bad/?*** (environment): must be an http or https URL such as \
        http://127.0.0.1:11434/v1
          helix.token = (set) (init-param): must be at least 32 bytes long
          helix.absent = (not set) (default): must be set""",
        error.getMessage());
  }

  @Test
  void aBadValueNeverFallsThroughToTheNextSource() {
    Settings settings =
        new Settings(
            List.of(Source.of("JNDI", Map.of(KEY, "x")), Source.of("other", Map.of(KEY, "5"))));

    assertEquals(1, settings.integer(KEY, 1, 0, 10));
    assertThrows(InvalidSettingsException.class, settings::check);
  }

  @Test
  void theReportShowsNoSecret() {
    Settings settings =
        new Settings(
            List.of(
                Source.of(
                    "JNDI",
                    Map.of(
                        "helix.key", "s3cret",
                        "helix.url", "https://joe:s3cret@example.org/v1?key=s3cret",
                        "helix.raw", "redis://:s3cret@127.0.0.1"))));
    settings.secret("helix.key");
    settings.uri("helix.url", null);
    settings.raw("helix.raw");
    settings.raw("helix.none");

    assertEquals(
        List.of(
            "helix.key = (set) (JNDI)",
            "helix.url = ***@example.org/v1?*** (JNDI)",
            "helix.raw = (set) (JNDI)",
            "helix.none = (not set) (default)"),
        settings.report());
  }

  @Test
  void aValueCannotForgeALogLine_norFillTheLog() {
    Settings settings =
        new Settings(
            List.of(Source.of("JNDI", Map.of("helix.a", "a\nb", "helix.b", "x".repeat(1000)))));
    settings.string("helix.a", null);
    settings.string("helix.b", null);

    assertEquals("helix.a = a?b (JNDI)", settings.report().get(0));
    assertTrue(settings.report().get(1).length() < 250);
  }

  @Test
  void misspelledSettingsAreNamedWithTheNearestKey() {
    Settings settings =
        new Settings(
            List.of(
                Source.of("init-param", Map.of("helix.sesions.dir", "/a", "other", "x")),
                Source.environment(
                    Map.of("HELIX_SESSIONS_DRI", "/b", "HELIX_SESSIONS_DIR", "/c", "PATH", "/"))));
    settings.path("helix.sessions.dir", null);
    settings.uri("helix.upstream.url", null);

    assertEquals(
        List.of(
            "helix.sesions.dir (init-param) is no known setting;"
                + " the nearest is helix.sessions.dir",
            "HELIX_SESSIONS_DRI (environment) is no known setting;"
                + " the nearest is HELIX_SESSIONS_DIR"),
        settings.unknown());
    assertEquals(1, settings.unknownInitParams().size());
  }

  private static Settings with(String text) {
    return new Settings(List.of(Source.of("JNDI", Map.of(KEY, text))));
  }

  private static void refused(String text, String allowed, Consumer<Settings> read) {
    Settings settings = with(text);
    read.accept(settings);
    InvalidSettingsException error =
        assertThrows(InvalidSettingsException.class, settings::check, text);
    assertTrue(error.getMessage().contains("must be " + allowed), error.getMessage());
    assertTrue(error.getMessage().contains("(JNDI)"), error.getMessage());
  }
}
