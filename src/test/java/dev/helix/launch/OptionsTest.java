package dev.helix.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {

  @Test
  void noOptions_serveOnTheLoopbackAtTheRoot() {
    assertEquals(
        new Options(8080, "127.0.0.1", "/", null, Options.Task.SERVE), Options.parse(List.of()));
  }

  @Test
  void everyOption_isTaken_andTheLastOfTwoWins() {
    assertEquals(
        new Options(0, "::1", "/a/b", "/data", Options.Task.SERVE),
        parse("--port 1 --host ::1 --context /a/b --sessions /data --port 0"));
  }

  @Test
  void helpAndVersion_winOverWhatFollows() {
    assertEquals(Options.Task.HELP, parse("--port 1 --help --nonsense").task());
    assertEquals(Options.Task.VERSION, parse("--version --nonsense").task());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--prot 1",
        "8080",
        "--port",
        "--port x",
        "--port -1",
        "--port 65536",
        "--port=8080",
        "--context chat",
        "--context /chat/",
        "--context /a//b",
        "--context /a?b",
        "--host",
        "--sessions"
      })
  void whatMakesNoSense_isRefused(String line) {
    assertThrows(IllegalArgumentException.class, () -> parse(line));
  }

  @Test
  void emptyValues_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> Options.parse(List.of("--host", "")));
    assertThrows(IllegalArgumentException.class, () -> Options.parse(List.of("--sessions", " ")));
  }

  private static Options parse(String line) {
    return Options.parse(List.of(line.split(" ")));
  }
}
