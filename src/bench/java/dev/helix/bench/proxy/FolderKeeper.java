package dev.helix.bench.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a conversation as a session's folder (specification, section 3): made out of sight and
 * moved into place, with elements that have ids, parents and times, all of it forced once, and the
 * transcript alone from then on. It remembers the last element of each conversation in memory,
 * believes that a request's last message is what is new, looks for no change by other programs,
 * repairs nothing and knows no owners.
 */
final class FolderKeeper implements Keeper {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final byte[] CLOSE = "\n]\n".getBytes(UTF_8);

  private final Path folder;
  private final Path hidden;
  private final Map<String, Log> logs = new ConcurrentHashMap<>();

  /** Where a transcript ends, and whether it was forced since its folder was made. */
  private record Log(String last, long end, boolean isForced) {}

  FolderKeeper(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.hidden = Files.createDirectories(folder.resolve(".unfinished"));
  }

  @Override
  public void question(String conversation, byte[] request) throws IOException {
    JsonNode messages = JSON.readTree(request).path("messages");
    ObjectNode message = (ObjectNode) messages.path(messages.size() - 1);
    Log log = logs.get(conversation);
    if (log == null) {
      make(conversation, message);
    } else {
      append(conversation, log, element(log.last(), message));
    }
  }

  @Override
  public void answer(String conversation, byte[] answer) throws IOException {
    Log log = logs.get(conversation);
    append(conversation, log, element(log.last(), message(answer)));
    Path session = folder.resolve(conversation);
    force(messages(session), StandardOpenOption.WRITE);
    if (!log.isForced()) {
      force(session.resolve("status.json"), StandardOpenOption.WRITE);
      force(session.resolve("context"), StandardOpenOption.READ);
      force(session, StandardOpenOption.READ);
      force(folder, StandardOpenOption.READ);
      logs.computeIfPresent(conversation, (id, now) -> new Log(now.last(), now.end(), true));
    }
  }

  private void make(String conversation, ObjectNode message) throws IOException {
    ObjectNode element = element(null, message);
    Path made = Files.createDirectory(hidden.resolve("new." + UUID.randomUUID()));
    Path input = Files.createDirectory(made.resolve("input"));
    Files.createDirectory(made.resolve("context"));
    String text = message.path("content").asText();
    String time = element.path("timestamp").asText();
    ObjectNode status =
        JSON.createObjectNode()
            .put("session_id", conversation)
            .put("status", "discussing")
            .put("step", "what")
            .put("created_at", time)
            .put("updated_at", time)
            .put("original_request", text)
            .putNull("project_name")
            .put("conversation_id", conversation);
    Files.write(made.resolve("status.json"), JSON.writeValueAsBytes(status));
    Files.writeString(input.resolve("request.md"), "# User Request\n\n" + text + "\n");
    byte[] first = bytes("[\n", element);
    Files.write(messages(made), first);
    Files.move(made, folder.resolve(conversation), StandardCopyOption.ATOMIC_MOVE);
    long end = (long) first.length - CLOSE.length;
    logs.put(conversation, new Log(element.path("id").asText(), end, false));
  }

  private void append(String conversation, Log log, ObjectNode element) throws IOException {
    byte[] bytes = bytes(",\n", element);
    try (FileChannel channel =
        FileChannel.open(messages(folder.resolve(conversation)), StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes), log.end());
    }
    long end = log.end() + bytes.length - CLOSE.length;
    logs.put(conversation, new Log(element.path("id").asText(), end, log.isForced()));
  }

  private static ObjectNode element(String parent, ObjectNode message) {
    ObjectNode element =
        JSON.createObjectNode()
            .put("id", "m-" + UUID.randomUUID())
            .put("parent_id", parent)
            .put("timestamp", Instant.now().toString());
    element.setAll(message);
    return element;
  }

  private static ObjectNode message(byte[] answer) throws IOException {
    if (answer[0] == '{') {
      return (ObjectNode) JSON.readTree(answer).path("choices").path(0).path("message");
    }
    StringBuilder text = new StringBuilder();
    for (String line : new String(answer, UTF_8).lines().toList()) {
      if (line.startsWith("data: {")) {
        JsonNode event = JSON.readTree(line.substring("data: ".length()));
        text.append(event.path("choices").path(0).path("delta").path("content").asText());
      }
    }
    return JSON.createObjectNode().put("role", "assistant").put("content", text.toString());
  }

  private static byte[] bytes(String before, ObjectNode element) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(before.getBytes(UTF_8));
    bytes.writeBytes(JSON.writeValueAsBytes(element));
    bytes.writeBytes(CLOSE);
    return bytes.toByteArray();
  }

  private static Path messages(Path session) {
    return session.resolve("context").resolve("messages.json");
  }

  private static void force(Path path, StandardOpenOption option) throws IOException {
    try (FileChannel channel = FileChannel.open(path, option)) {
      channel.force(false);
    }
  }
}
