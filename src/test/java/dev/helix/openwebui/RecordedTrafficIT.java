package dev.helix.openwebui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a real Open WebUI sent in the profile {@code openwebui}, sent again. After each step our
 * transcript must be the tree that Open WebUI had then. The recordings are in {@code
 * src/test/resources/openwebui}, by header set-up and scenario.
 */
class RecordedTrafficIT {
  private static final Path RECORDINGS = Path.of("src", "test", "resources", "openwebui");

  @TempDir Path folder;
  private Replay replay;

  @AfterEach
  void close() {
    if (replay != null) {
      replay.close();
    }
  }

  @TestFactory
  Stream<DynamicTest> withTheChatIdAlone() {
    return playedWith(HeaderSetup.CHAT_ID);
  }

  @TestFactory
  Stream<DynamicTest> withMessageIdsAndSignedUsers() {
    return playedWith(HeaderSetup.MESSAGE_IDS);
  }

  @TestFactory
  Stream<DynamicTest> responsesWithTheChatIdAlone() {
    return playedWith(HeaderSetup.RESPONSES_CHAT_ID);
  }

  @TestFactory
  Stream<DynamicTest> responsesWithMessageIdsAndSignedUsers() {
    return playedWith(HeaderSetup.RESPONSES_MESSAGE_IDS);
  }

  private Stream<DynamicTest> playedWith(HeaderSetup setup) {
    List<Path> recordings = recordings(setup);
    if (recordings.isEmpty()) {
      throw new AssertionError("no recordings at " + RECORDINGS.toAbsolutePath());
    }
    replay = new Replay(setup, folder);
    return recordings.stream()
        .map(file -> dynamicTest(file.getFileName().toString(), () -> play(read(file))));
  }

  private void play(JsonNode recording) {
    assertEquals("", String.join("\n\n", replay.play(recording)));
  }

  private static List<Path> recordings(HeaderSetup setup) {
    try (Stream<Path> files = Files.list(RECORDINGS)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(setup.title + "-"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode read(Path file) {
    try {
      return Json.read(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
