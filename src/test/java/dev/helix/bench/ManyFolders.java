package dev.helix.bench;

import dev.helix.scripted.Json;
import dev.helix.session.SessionState;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A sessions directory with very many sessions, numbered from 0 in the order of their last use. It
 * is made without the server, many at a time and without forcing anything. Each session is a folder
 * with the {@code status.json} that a server makes; what was said, of which lists read the end, is
 * in the last thousand, as a million files more take minutes to make and to remove. Not
 * thread-safe.
 */
final class ManyFolders {
  /** The sessions that a list is asked for. */
  static final int PAGE = 50;

  /** Files and folders of a session that has everything. */
  static final int INODES_EACH = 6;

  private static final int NEWEST = 1000;
  private static final long FIRST = 1_767_600_000_000_000L;

  private final Path sessions;
  private int count;

  ManyFolders(Path sessions) {
    this.sessions = sessions;
  }

  Path sessions() {
    return sessions;
  }

  int count() {
    return count;
  }

  /** Adds the folders of sessions until there are so many; what a server noted is not true then. */
  void grow(int to) throws IOException {
    Files.createDirectories(sessions);
    try {
      IntStream.range(count, to).parallel().forEach(number -> make(number, number >= to - NEWEST));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    count = to;
  }

  /** Forgets the order of last use, as where no server has ever been. */
  void forgetOrder() throws IOException {
    delete(sessions.resolve(".recent"));
  }

  /**
   * Makes the newest of so many sessions, and the order of last use of all, as a server leaves it
   * when it ends: a directory of millions is too slow to make.
   */
  void orderOnly(int to) throws IOException {
    Files.createDirectories(sessions);
    IntStream.range(Math.max(0, to - NEWEST), to).parallel().forEach(number -> make(number, true));
    count = to;
    Path recent = Files.createDirectories(sessions.resolve(".recent"));
    Files.writeString(recent.resolve("log"), "");
    try (BufferedWriter sorted =
        Files.newBufferedWriter(recent.resolve("sorted"), StandardCharsets.US_ASCII)) {
      for (int i = to - 1; i >= 0; i--) {
        sorted.write((FIRST + i) + " conv-" + i + " -\n");
      }
    }
    Files.writeString(sessions.resolve(".lock"), "");
    long changed = Files.getLastModifiedTime(sessions).to(TimeUnit.NANOSECONDS);
    Files.writeString(recent.resolve("mark"), "2 clean " + changed + "\n");
  }

  private void make(int number, boolean said) {
    Instant time = time(number);
    String question = "Question " + number + " of somebody who asks only once.";
    try {
      Path session = Files.createDirectory(sessions.resolve("conv-" + number));
      Files.writeString(session.resolve("status.json"), status(number, time, question));
      if (said) {
        Files.createDirectory(session.resolve("context"));
        Files.writeString(
            session.resolve("context/messages.json"), "[\n" + message(time, question) + "\n]\n");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String message(Instant time, String question) {
    return Json.object()
        .put("id", "m-1")
        .putNull("parent_id")
        .put("timestamp", time.toString())
        .put("role", "user")
        .put("content", question)
        .toString();
  }

  private static String status(int number, Instant time, String question) {
    return Json.object()
        .put("session_id", "conv-" + number)
        .put("status", "discussing")
        .put("step", "what")
        .put("created_at", time.toString())
        .put("updated_at", time.toString())
        .put("original_request", question)
        .putNull("project_name")
        .put("conversation_id", "" + number)
        .toPrettyString();
  }

  /** When a session was last used. */
  static Instant time(int number) {
    long micros = FIRST + number;
    return Instant.ofEpochSecond(
        micros / 1_000_000, TimeUnit.MICROSECONDS.toNanos(micros % 1_000_000));
  }

  /** Checks that a page begins with the last but so many, and is whole. */
  static void check(List<SessionState> page, int behind) {
    if (page.size() != PAGE) {
      throw new IllegalStateException("a page of " + page.size());
    }
    for (int i = 0; i < PAGE; i++) {
      String expected = "conv-" + (behind - 1 - i);
      if (!page.get(i).sessionId().value().equals(expected)) {
        throw new IllegalStateException("listed " + page.get(i) + " in place of " + expected);
      }
    }
  }

  /** Removes all of it, which so many files are not left for. */
  void delete() throws IOException {
    delete(sessions);
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> entries = new ArrayList<>();
    try (Stream<Path> all = Files.list(folder)) {
      all.forEach(entries::add);
    }
    try {
      entries.parallelStream().forEach(ManyFolders::deleteTree);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    Files.delete(folder);
  }

  private static void deleteTree(Path entry) {
    try {
      if (Files.isDirectory(entry)) {
        delete(entry);
      } else {
        Files.delete(entry);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
