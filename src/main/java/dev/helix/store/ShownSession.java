package dev.helix.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.message.Message;
import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A session that was shown as files, or is to be, read and checked, in memory: what a store makes
 * rows of. Immutable as long as nobody changes its arrays.
 *
 * @param state what {@code status.json} says
 * @param status the whole text of {@code status.json}
 * @param messages the elements of {@code context/messages.json}
 * @param others every other file by its path
 */
public record ShownSession(
    SessionState state, String status, List<Message> messages, Map<String, byte[]> others) {
  public static final String STATUS = "status.json";
  public static final String MESSAGES = "context/messages.json";

  private static final int LONGEST_PATH = 1000;

  /**
   * Reads a session's files.
   *
   * @throws IOException what showing them throws
   * @throws IllegalArgumentException if they are not a session's
   */
  public static ShownSession of(SessionId id, SessionFiles files) throws IOException {
    Map<String, byte[]> shown = new TreeMap<>();
    files.each((path, content) -> shown.put(checkedPath(path), content));
    byte[] status = shown.remove(STATUS);
    byte[] messages = shown.remove(MESSAGES);
    if (status == null || messages == null) {
      throw new IllegalArgumentException(
          "session " + id + " has no " + (status == null ? STATUS : MESSAGES));
    }
    return new ShownSession(
        SessionState.parse(id, status), new String(status, UTF_8), array(id, messages), shown);
  }

  /** What {@code status.json} is to say of a state, on top of what it says. */
  public static byte[] status(byte[] stored, SessionState now) {
    return SessionState.parse(now.sessionId(), stored).equals(now) ? stored : now.toJson(stored);
  }

  /** The path of a note. */
  public static String note(String name) {
    return "context/" + name + ".md";
  }

  /** Shows the files. */
  public void to(SessionFiles.Visitor visitor) throws IOException {
    visitor.file(STATUS, status.getBytes(UTF_8));
    visitor.file(MESSAGES, MessageArray.of(messages));
    for (Map.Entry<String, byte[]> file : others.entrySet()) {
      visitor.file(file.getKey(), file.getValue());
    }
    visitor.end();
  }

  /** The elements of a whole array. */
  public static List<Message> array(SessionId id, byte[] messages) {
    ArrayScan scan = ArrayScan.of(messages);
    if (!scan.isClosed() || scan.isDamaged()) {
      throw new IllegalArgumentException("session " + id + ": " + MESSAGES + " is not an array");
    }
    return scan.messages();
  }

  /** The path, if it leads to a file below the session's folder. */
  public static String checkedPath(String path) {
    if (path.length() > LONGEST_PATH || !SessionFiles.isPath(path)) {
      throw new IllegalArgumentException("not a path within a session's folder");
    }
    return path;
  }
}
