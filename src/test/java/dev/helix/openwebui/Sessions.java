package dev.helix.openwebui;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Our server's sessions folder, as any program reads it. Stateless. */
record Sessions(Path folder) {

  /** The folder of each session by its conversation id; two of one id fail. */
  Map<String, Path> byConversation() {
    Map<String, Path> found = new TreeMap<>();
    try (Stream<Path> folders = Files.list(folder)) {
      for (Path session : folders.filter(f -> Files.exists(f.resolve("status.json"))).toList()) {
        JsonNode status = Json.read(Files.readAllBytes(session.resolve("status.json")));
        String conversation = status.path("conversation_id").asText("(none)");
        Path other = found.put(conversation, session);
        if (other != null) {
          throw new AssertionError(
              "two sessions of " + conversation + ": " + other + ", " + session);
        }
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The tree of a conversation's transcript; an empty one while there is none that is whole. */
  ChatTree tree(String conversation) {
    Path session = byConversation().get(conversation);
    if (session == null) {
      return ChatTree.ofTranscript(Json.array());
    }
    try {
      Path messages = session.resolve("context").resolve("messages.json");
      return ChatTree.ofTranscript(Json.read(Files.readAllBytes(messages)));
    } catch (IOException | UncheckedIOException e) {
      return ChatTree.ofTranscript(Json.array()); // a write is in progress
    }
  }

  /**
   * Whether the condition comes true in time; it is asked again when something may have changed.
   */
  boolean await(Duration timeout, BooleanSupplier condition) {
    long end = System.nanoTime() + timeout.toNanos();
    try (WatchService watch = folder.getFileSystem().newWatchService()) {
      folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
      while (!condition.getAsBoolean()) {
        if (System.nanoTime() > end) {
          return false;
        }
        // New folders are seen, what is appended inside of one is looked for.
        watch.poll(100, TimeUnit.MILLISECONDS);
      }
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
