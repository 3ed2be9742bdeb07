package dev.helix.clients;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A client's program as a child process. It first says its version, then reads a {@link Question} a
 * line and answers each with one line, what it {@link Heard}. What it writes to standard error is
 * in a file of {@code target/clients/log}. Not thread-safe.
 */
final class ClientProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String END = "";

  /** Nothing is reported, fetched or looked for elsewhere. */
  private static final Map<String, String> OFFLINE =
      Map.ofEntries(
          Map.entry("DO_NOT_TRACK", "1"),
          Map.entry("LANGCHAIN_TRACING_V2", "false"),
          Map.entry("LANGSMITH_TRACING", "false"),
          Map.entry("OPENAI_AGENTS_DISABLE_TRACING", "1"),
          Map.entry("LITELLM_TELEMETRY", "False"),
          Map.entry("LITELLM_LOCAL_MODEL_COST_MAP", "True"),
          Map.entry("HF_HUB_OFFLINE", "1"),
          Map.entry("AI_SDK_LOG_WARNINGS", "false"),
          // What calls elsewhere all the same is refused.
          Map.entry("HTTPS_PROXY", "http://127.0.0.1:9"),
          Map.entry("HTTP_PROXY", "http://127.0.0.1:9"),
          Map.entry("NO_PROXY", "127.0.0.1,localhost"),
          Map.entry("PYTHONDONTWRITEBYTECODE", "1"),
          Map.entry("PYTHONUNBUFFERED", "1"));

  private final Process process;
  private final String version;
  private boolean owesAnswer;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  private ClientProcess(Process process) {
    this.process = process;
    Thread reader = new Thread(this::read, "client-lines");
    reader.setDaemon(true);
    reader.start();
    this.version = line().path("version").asText();
  }

  /** Starts one and waits until it is ready; the origin is where a page is to come from. */
  static ClientProcess start(Client client, URI server, String origin) {
    try {
      Path log =
          Files.createDirectories(Client.HOME.resolve("log")).resolve(client.file() + ".log");
      ProcessBuilder builder = new ProcessBuilder(client.command());
      builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
      builder.environment().putAll(OFFLINE);
      builder.environment().put("HELIX_URL", server.toString().replaceFirst("/$", ""));
      builder.environment().put("HELIX_KEY", "sk-of-the-caller");
      builder.environment().put("HELIX_ORIGIN", origin);
      Path work = Files.createDirectories(Client.HOME.resolve("work").toAbsolutePath());
      builder.environment().put("HELIX_HOME", work.toString());
      builder.environment().put("TMPDIR", work.toString());
      Process process = builder.start();
      try {
        return new ClientProcess(process);
      } catch (AssertionError e) {
        process.destroyForcibly();
        throw new AssertionError(client.id() + ": " + e.getMessage() + "; see " + log, e);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The client's own version. */
  String version() {
    return version;
  }

  /** Whether it can be asked: it runs, and owes no answer to a test that did not wait for it. */
  boolean isIdle() {
    return process.isAlive() && !owesAnswer;
  }

  /** Has the program ask; {@link #heard} says what came of it. */
  void ask(Question question) {
    owesAnswer = true;
    try {
      OutputStream in = process.getOutputStream();
      in.write((question.line() + "\n").getBytes(StandardCharsets.UTF_8));
      in.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether it is known what came of the question. */
  boolean hasHeard() {
    return !lines.isEmpty();
  }

  /** What came of the question, as soon as it is known; fails when it is not in time. */
  Heard heard() {
    JsonNode line = line();
    owesAnswer = false;
    return Heard.of(line);
  }

  private JsonNode line() {
    try {
      String line = lines.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      if (line == null) {
        close(); // what it may still say would be taken for the next answer
        throw new AssertionError("the client said nothing within " + PATIENCE);
      }
      if (line.equals(END)) {
        throw new AssertionError("the client's program ended");
      }
      return Json.read(line);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private void read() {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (!line.isBlank()) {
          lines.add(line);
        }
      }
    } catch (IOException e) {
      // It was ended.
    } finally {
      lines.add(END);
    }
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
