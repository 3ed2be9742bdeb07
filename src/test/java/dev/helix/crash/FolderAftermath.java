package dev.helix.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.Json;
import dev.helix.session.SessionStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The same of folders, whose files must parse as they lie there. */
final class FolderAftermath extends Aftermath {
  private static final Pattern NEW = Pattern.compile("new\\..*");
  private static final Pattern TORN = Pattern.compile("messages\\.torn-.*");

  private final Path sessions;

  FolderAftermath(Path sessions) {
    this.sessions = sessions;
  }

  @Override
  List<JsonNode> elements(SessionStore store, String session) throws IOException {
    Path folder = sessions.resolve(session);
    Json.read(Files.readAllBytes(folder.resolve("status.json")));
    JsonNode array = Json.read(Files.readAllBytes(folder.resolve("context/messages.json")));
    assertTrue(array.isArray(), folder::toString);
    List<JsonNode> elements = new ArrayList<>();
    array.forEach(elements::add);
    return elements;
  }

  @Override
  int halfMade() throws IOException {
    Path unfinished = sessions.resolve(".unfinished");
    return Files.exists(unfinished) ? matching(unfinished, 1, NEW).size() : 0;
  }

  @Override
  void checkNothingBesides() throws IOException {
    assertEquals(List.of(), matching(sessions, 2, Pattern.compile("\\.status\\.json\\.new")));
    assertEquals(List.of(), matching(sessions, 3, Pattern.compile(".*\\.unreadable-.*")));
  }

  @Override
  int repaired() throws IOException {
    return matching(sessions, 3, TORN).size();
  }

  private static List<Path> matching(Path folder, int depth, Pattern name) throws IOException {
    try (Stream<Path> files = Files.walk(folder, depth)) {
      return files.filter(file -> name.matcher(file.getFileName().toString()).matches()).toList();
    }
  }
}
