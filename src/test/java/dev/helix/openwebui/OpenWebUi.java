package dev.helix.openwebui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The real Open WebUI as a child process with a SQLite file of its own, and its API. It calls
 * nobody but the OpenAI connection it is given. Its output is in a file beside its data. Not
 * thread-safe.
 */
final class OpenWebUi implements AutoCloseable {
  /** The key of its OpenAI connection. */
  static final String CONNECTION_KEY = "sk-openwebui";

  private static final Duration START = Duration.ofMinutes(4);
  private static final Duration STOP = Duration.ofSeconds(30);

  private final Process process;
  private final URI url;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private OpenWebUi(Process process, URI url) {
    this.process = process;
    this.url = url;
  }

  /** Starts it in an empty folder, with an OpenAI connection to that URL, and waits for it. */
  static OpenWebUi start(Path folder, URI upstream, Map<String, String> environment) {
    try {
      Path data = Files.createDirectories(folder.resolve("data"));
      Path program = Path.of(System.getProperty("openwebui.venv"), "bin", "open-webui");
      int port = freePort();
      ProcessBuilder builder =
          new ProcessBuilder(
              program.toString(), "serve", "--host", "127.0.0.1", "--port", "" + port);
      builder.directory(folder.toFile()).redirectErrorStream(true);
      builder.redirectOutput(folder.resolve("open-webui.log").toFile());
      builder.environment().putAll(settings(data, upstream));
      builder.environment().putAll(environment);
      OpenWebUi started = new OpenWebUi(builder.start(), URI.create("http://127.0.0.1:" + port));
      try {
        started.awaitHealth();
      } catch (AssertionError e) {
        started.close();
        throw e;
      }
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, String> settings(Path data, URI upstream) {
    return Map.ofEntries(
        Map.entry("DATA_DIR", data.toString()),
        Map.entry("STATIC_DIR", data.resolveSibling("static").toString()),
        Map.entry("WEBUI_SECRET_KEY", "only-for-this-test-0123456789abcdef"),
        // Nothing is fetched, measured or reported.
        Map.entry("OFFLINE_MODE", "true"),
        Map.entry("HF_HUB_OFFLINE", "1"),
        Map.entry("ANONYMIZED_TELEMETRY", "false"),
        Map.entry("DO_NOT_TRACK", "true"),
        Map.entry("SCARF_NO_ANALYTICS", "true"),
        Map.entry("ENABLE_VERSION_UPDATE_CHECK", "false"),
        // No embedding model: a file's text goes into the question as a whole.
        Map.entry("RAG_EMBEDDING_ENGINE", "openai"),
        Map.entry("BYPASS_EMBEDDING_AND_RETRIEVAL", "true"),
        Map.entry("ENABLE_OLLAMA_API", "false"),
        Map.entry("OPENAI_API_BASE_URLS", upstream.toString()),
        Map.entry("OPENAI_API_KEYS", CONNECTION_KEY),
        Map.entry("BYPASS_MODEL_ACCESS_CONTROL", "true"),
        Map.entry("ENABLE_FORWARD_USER_INFO_HEADERS", "true"),
        // For whoever turns the memory on, after each turn.
        Map.entry("ENABLE_MEMORY_BACKGROUND_REVIEW", "true"),
        Map.entry("MEMORIES_REVIEW_INTERVAL_TURNS", "1"),
        Map.entry("ENABLE_TITLE_GENERATION", "true"),
        Map.entry("ENABLE_TAGS_GENERATION", "true"),
        Map.entry("ENABLE_FOLLOW_UP_GENERATION", "true"));
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }

  // Waits between two looks for the end of the process, which would be an answer too.
  private void awaitHealth() {
    long end = System.nanoTime() + START.toNanos();
    while (System.nanoTime() < end) {
      try {
        if (process.waitFor(250, TimeUnit.MILLISECONDS)) {
          throw new AssertionError("Open WebUI ended with " + process.exitValue());
        }
        if (send("GET", "/health", null, null).statusCode() == 200) {
          return;
        }
      } catch (UncheckedIOException e) {
        // It does not listen yet.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }
    throw new AssertionError("Open WebUI was not ready within " + START);
  }

  /** Where its page is. */
  URI url() {
    return url;
  }

  /** Makes an account; the first one is the admin's. The token it gives is the person's. */
  String signUp(String name, String email, String password) {
    ObjectNode form = Json.object().put("name", name).put("email", email);
    return post("/api/v1/auths/signup", null, form.put("password", password))
        .path("token")
        .asText();
  }

  /** Makes a further account, as the admin. */
  String addUser(String admin, String name, String email, String password) {
    ObjectNode form = Json.object().put("name", name).put("email", email).put("role", "user");
    return post("/api/v1/auths/add", admin, form.put("password", password)).path("token").asText();
  }

  /** Turns the memory of what a person says on or off, for the page when it is loaded next. */
  void remember(String token, boolean on) {
    ObjectNode settings = Json.object();
    settings.putObject("ui").put("memory", on);
    post("/api/v1/users/user/settings/update", token, settings);
  }

  /** Changes what the API has at a path, as the admin. */
  void set(String path, String admin, Map<String, Object> changes) {
    ObjectNode config = (ObjectNode) get(path, admin);
    changes.forEach(config::putPOJO);
    post(path, admin, config);
  }

  /** What the API says of a chat. */
  JsonNode chat(String token, String id) {
    return get("/api/v1/chats/" + id, token);
  }

  JsonNode get(String path, String token) {
    return json(send("GET", path, token, null));
  }

  JsonNode post(String path, String token, JsonNode body) {
    return json(send("POST", path, token, body));
  }

  private static JsonNode json(HttpResponse<byte[]> response) {
    if (response.statusCode() != 200) {
      throw new AssertionError(
          response.uri() + " answered " + response.statusCode() + ": " + text(response));
    }
    return Json.read(response.body());
  }

  private static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), java.nio.charset.StandardCharsets.UTF_8);
  }

  private HttpResponse<byte[]> send(String method, String path, String token, JsonNode body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url.resolve(path))
            .timeout(Duration.ofSeconds(30))
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.toString()));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    try {
      return http.send(request.build(), BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
