package dev.helix.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.packaging.WarProcess;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.ScriptedUpstream;
import dev.helix.servers.SharedStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One of the servers, and its upstream, which tells who was asked. Not thread-safe to restart. */
final class ClusterServer implements AutoCloseable {
  static final Duration LEASE = Duration.ofSeconds(2);

  private final ScriptedUpstream upstream = ScriptedUpstream.startWithoutModels();
  private final Map<String, String> environment = new HashMap<>();
  private WarProcess process;

  ClusterServer(SharedStore store) {
    environment.putAll(store.environment());
    environment.put("HELIX_UPSTREAM_URL", upstream.baseUrl().toString());
    environment.put("HELIX_HISTORY_LEASE", LEASE.toMillis() + "ms");
    environment.put("HELIX_SSE_COMMENT_INTERVAL", "500ms");
    environment.put("HELIX_SHUTDOWN_GRACE", "2s");
    start();
  }

  ScriptedUpstream upstream() {
    return upstream;
  }

  URI url() {
    return process.url();
  }

  String log() {
    return process.output();
  }

  /** Starts it again, where it was killed. */
  void start() {
    process = WarProcess.start(environment);
  }

  void kill() {
    process.kill();
  }

  /** It does nothing from now on, as a machine that sleeps. */
  void sleep() {
    signal("STOP");
  }

  void wake() {
    signal("CONT");
  }

  private void signal(String name) {
    try {
      Process kill = new ProcessBuilder("kill", "-" + name, "" + process.pid()).start();
      if (!kill.waitFor(10, TimeUnit.SECONDS) || kill.exitValue() != 0) {
        throw new AssertionError("could not send SIG" + name);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  /** Returns when {@code /health/ready} says this. */
  void awaitReady(int status) {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    int last;
    do {
      last = RawClient.get(url(), "/health/ready").status();
    } while (last != status && System.nanoTime() < end);
    if (last != status) {
      throw new AssertionError("/health/ready is " + last + ":\n" + log());
    }
  }

  /** Posts what has {@code '} for {@code "}. */
  RawClient post(String path, String json) {
    RawClient client = RawClient.connect(url());
    client.post(path, json.replace('\'', '"'));
    return client;
  }

  /** Asks in stored mode for a stream. */
  RawClient ask(String conversation, String question) {
    ObjectNode body = Json.object().put("model", Completions.MODEL).put("stream", true);
    body.putArray("messages").add(Json.message("user", question));
    RawClient client = RawClient.connect(url());
    client.post(
        "/v1/chat/completions",
        body.toString(),
        "X-Conversation-ID",
        conversation,
        "X-Conversation-History",
        "stored");
    return client;
  }

  /** Asks for a response. */
  RawClient respond(ObjectNode request) {
    RawClient client = RawClient.connect(url());
    client.post("/v1/responses", request.put("model", Completions.MODEL).toString());
    return client;
  }

  @Override
  public void close() {
    process.close();
    upstream.close();
  }
}
