package dev.helix.clients;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The transcripts in a sessions folder, as any program reads them. Immutable.
 *
 * @param nodes the newest version of every element of a turn that is no aside, but system messages,
 *     in the order in which they were first written
 */
record Transcript(List<JsonNode> nodes) {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** A response that was named by nothing, and the digits of its session. */
  private static final Pattern RESPONSE = Pattern.compile("resp_s([0-9a-f]{32}).*");

  /**
   * That of a conversation, or of the session that a response's id names; empty while nothing of it
   * is stored, or a write is in progress.
   */
  static Transcript of(Path sessions, String id) {
    Map<String, JsonNode> versions = new LinkedHashMap<>();
    try (Stream<Path> folders = Files.list(sessions)) {
      for (Path folder : folders.filter(f -> Files.exists(f.resolve("status.json"))).toList()) {
        JsonNode status = Json.read(Files.readAllBytes(folder.resolve("status.json")));
        if (isOf(status, id)) {
          Path messages = folder.resolve("context/messages.json");
          Json.read(Files.readAllBytes(messages))
              .forEach(node -> versions.put(node.path("id").asText(), node));
        }
      }
    } catch (IOException | UncheckedIOException e) {
      return new Transcript(List.of());
    }
    List<JsonNode> nodes = new ArrayList<>(versions.values());
    nodes.removeIf(node -> node.path("role").asText().matches("system|developer"));
    return new Transcript(withoutAsides(nodes));
  }

  private static boolean isOf(JsonNode status, String id) {
    Matcher response = RESPONSE.matcher(id);
    return response.matches()
        ? status.path("session_id").asText().startsWith("session-" + response.group(1))
        : status.path("conversation_id").asText().equals(id);
  }

  /** Those of the turns that are no aside, such as an agent's prompt for a title. */
  private static List<JsonNode> withoutAsides(List<JsonNode> nodes) {
    List<JsonNode> left = new ArrayList<>();
    Set<String> parents = new HashSet<>();
    Set<String> asides = new HashSet<>();
    for (int i = nodes.size() - 1; i >= 0; i--) { // children come behind their parents
      JsonNode node = nodes.get(i);
      String id = node.path("id").asText();
      boolean aside = node.path("aside").asBoolean() || asides.contains(id);
      if (aside && !parents.contains(id)) { // one that goes on is none
        asides.add(node.path("parent_id").asText());
      } else {
        parents.add(node.path("parent_id").asText());
        left.add(0, node);
      }
    }
    return left;
  }

  /** Waits until that of a conversation is as wanted; fails when it is not in time. */
  static Transcript await(Path sessions, String conversation, Predicate<Transcript> wanted) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    try (WatchService watch = sessions.getFileSystem().newWatchService()) {
      sessions.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
      while (true) {
        Transcript transcript = of(sessions, conversation);
        if (wanted.test(transcript)) {
          return transcript;
        }
        if (System.nanoTime() > end) {
          throw new AssertionError("the transcript stayed " + transcript.said());
        }
        // New folders are seen, what is appended inside of one is looked for.
        watch.poll(100, TimeUnit.MILLISECONDS);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Each node as {@code role: text}, an answer that is not complete with its status. */
  List<String> said() {
    return nodes.stream().map(Transcript::said).toList();
  }

  private static String said(JsonNode node) {
    String status = node.path("status").asText("completed");
    String role = node.path("role").asText();
    String text = text(node.path("content"));
    StringBuilder said = new StringBuilder(role);
    if (role.equals("assistant") && !status.equals("completed")) {
      said.append(" (").append(status).append(')');
    }
    said.append(": ").append(role.equals("tool") ? text.strip() : text);
    for (JsonNode call : node.path("tool_calls")) {
      JsonNode function = call.path("function");
      JsonNode first = Json.read(function.path("arguments").asText()).iterator().next();
      said.append("→ ").append(function.path("name").asText()).append(' ').append(first.asText());
    }
    return said.toString();
  }

  private static String text(JsonNode content) {
    StringBuilder text = new StringBuilder();
    if (content.isArray()) {
      content.forEach(part -> text.append(part.path("text").asText()));
    } else if (!content.isNull()) {
      text.append(content.asText());
    }
    return text.toString();
  }

  /** Whether each node hangs under the one before it. */
  boolean isOneBranch() {
    for (int i = 1; i < nodes.size(); i++) { // the first may hang under a system message
      String parent = nodes.get(i - 1).path("id").asText();
      if (!nodes.get(i).path("parent_id").asText().equals(parent)) {
        return false;
      }
    }
    return true;
  }
}
