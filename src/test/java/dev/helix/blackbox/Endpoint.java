package dev.helix.blackbox;

import dev.helix.scripted.HttpConversation;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.ScriptedUpstream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

/** One running server with its upstream and its sessions folder. Not thread-safe. */
final class Endpoint implements AutoCloseable {
  static final String OWN_KEY = "sk-Kq3v9ZtR7xLw2Yb8NcHd5Fm";
  static final String CHAT = "/v1/chat/completions";

  private final ServerUnderTest server;
  private final Group group;
  private final Path sessions;
  private final ScriptedUpstream upstream = ScriptedUpstream.startWithoutModels();

  private Endpoint(ServerUnderTest server, Group group, Path sessions) {
    this.server = server;
    this.group = group;
    this.sessions = sessions;
  }

  static Endpoint start(ServerUnderTest server, Group group, Path sessions) {
    Endpoint endpoint = new Endpoint(server, group, sessions);
    endpoint.start();
    return endpoint;
  }

  /** Starts the ended server again, on the same sessions. */
  void start() {
    server.start(group.settings(upstream.baseUrl().toString(), sessions), sessions);
  }

  ServerUnderTest server() {
    return server;
  }

  URI url() {
    return server.url();
  }

  ScriptedUpstream upstream() {
    return upstream;
  }

  String log() {
    return server.log();
  }

  /** Ends the server with SIGTERM and starts it again. */
  void restart() {
    server.terminate().join();
    start();
  }

  /** A conversation id that nobody used, whose session id is {@code conv-} and itself. */
  static String freshId() {
    return UUID.randomUUID().toString();
  }

  /** A conversation that nobody began. */
  Talk talk(String... namesAndValues) {
    return talkIn(freshId(), namesAndValues);
  }

  /** A conversation of that id. */
  Talk talkIn(String conversationId, String... namesAndValues) {
    String[] headers = new String[namesAndValues.length + 2];
    System.arraycopy(namesAndValues, 0, headers, 2, namesAndValues.length);
    headers[0] = "X-Conversation-ID";
    headers[1] = conversationId;
    return new Talk(this, conversationId, new HttpConversation(url(), headers));
  }

  /** A conversation with exactly these headers. */
  Talk talkWith(String... namesAndValues) {
    return new Talk(this, null, new HttpConversation(url(), namesAndValues));
  }

  /** Posts a body as JSON to the chat endpoint and reads the whole answer. */
  RawResponse post(String json, String... namesAndValues) {
    return post(json.getBytes(StandardCharsets.UTF_8), "application/json", namesAndValues);
  }

  /** Posts bytes to the chat endpoint and reads the whole answer. */
  RawResponse post(byte[] body, String contentType, String... namesAndValues) {
    String[] headers = new String[namesAndValues.length + 2];
    System.arraycopy(namesAndValues, 0, headers, 2, namesAndValues.length);
    headers[0] = "Content-Type";
    headers[1] = contentType;
    return RawClient.exchange(url(), "POST", CHAT, body, headers);
  }

  StoredSession stored(String sessionId) {
    return new StoredSession(sessions, sessionId);
  }

  /**
   * The names of all session folders there are; the store's own files begin with a dot or
   * underscore.
   */
  Set<String> sessionFolders() {
    if (!Files.isDirectory(sessions)) {
      return Set.of();
    }
    try (Stream<Path> folders = Files.list(sessions)) {
      Set<String> names = new TreeSet<>();
      folders
          .filter(Files::isDirectory)
          .map(folder -> folder.getFileName().toString())
          .filter(folder -> !folder.startsWith(".") && !folder.startsWith("_"))
          .forEach(names::add);
      return names;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    server.close();
    upstream.close();
  }
}
