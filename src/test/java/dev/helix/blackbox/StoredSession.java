package dev.helix.blackbox;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A session's folder as any program reads it; each call reads the files anew. */
final class StoredSession {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Path sessions;
  private final Path folder;

  StoredSession(Path sessions, String sessionId) {
    this.sessions = sessions;
    this.folder = sessions.resolve(sessionId);
  }

  boolean exists() {
    return Files.exists(folder);
  }

  /** What {@code status.json} holds. */
  JsonNode status() {
    return Json.read(bytes("status.json"));
  }

  /** The text of {@code input/request.md}. */
  String request() {
    return new String(bytes("input/request.md"), StandardCharsets.UTF_8);
  }

  /** Every element of {@code context/messages.json}, as it stands. */
  List<JsonNode> elements() {
    List<JsonNode> elements = new ArrayList<>();
    JsonNode array = Json.read(bytes("context/messages.json"));
    if (!array.isArray()) {
      throw new AssertionError("messages.json is no array");
    }
    array.forEach(elements::add);
    return elements;
  }

  /** The elements as they are written, one a line. */
  List<String> lines() {
    String array = new String(bytes("context/messages.json"), StandardCharsets.UTF_8);
    return array
        .lines()
        .map(line -> line.replaceFirst("^[\\[,]", "").replaceFirst("[,\\]]$", "").strip())
        .filter(line -> !line.isEmpty())
        .toList();
  }

  /** The nodes of the tree, in order, each in its newest version; no system elements. */
  List<JsonNode> nodes() {
    Map<String, JsonNode> newest = new LinkedHashMap<>();
    for (JsonNode element : elements()) {
      String role = element.path("role").asText();
      if (!role.equals("system") && !role.equals("developer")) {
        newest.put(element.path("id").asText(), element);
      }
    }
    return List.copyOf(newest.values());
  }

  /** The nodes as {@code role:text}, to compare at a glance. */
  List<String> said() {
    return nodes().stream().map(StoredSession::said).toList();
  }

  /** The nodes' answers with a given status, as their text. */
  List<String> answers(String status) {
    return nodes().stream()
        .filter(node -> node.path("role").asText().equals("assistant"))
        .filter(node -> node.path("status").asText().equals(status))
        .map(node -> node.path("content").asText())
        .toList();
  }

  static String said(JsonNode node) {
    return node.path("role").asText() + ":" + node.path("content").asText();
  }

  /** Waits until the stored session is as wanted; fails when it is not in time. */
  void await(String wanted, Predicate<StoredSession> condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    try (WatchService watch = sessions.getFileSystem().newWatchService()) {
      for (long left = PATIENCE.toNanos(); left > 0; left = end - System.nanoTime()) {
        watch(watch, sessions);
        watch(watch, folder.resolve("context"));
        if (holds(condition)) {
          return;
        }
        watch.poll(Math.min(left, TimeUnit.MILLISECONDS.toNanos(200)), TimeUnit.NANOSECONDS);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
    throw new AssertionError(
        wanted + " did not come about; stored is " + (exists() ? said() : "nothing"));
  }

  // A reader beside a writer may meet a half-written array: then it looks again.
  private boolean holds(Predicate<StoredSession> condition) {
    try {
      return exists() && condition.test(this);
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  private static void watch(WatchService watch, Path directory) throws IOException {
    try {
      directory.register(
          watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
    } catch (NoSuchFileException e) {
      // Not there yet: the folder above is watched too.
    }
  }

  private byte[] bytes(String file) {
    try {
      return Files.readAllBytes(folder.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
