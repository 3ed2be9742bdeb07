package dev.helix.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.packaging.WarProcess;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.Reply;
import dev.helix.scripted.Request;
import dev.helix.scripted.ScriptedUpstream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/** Claude Code, which asks {@code /v1/messages} and names its session in a header of its own. */
class ClaudeCodeRun {
  private static final Client CLIENT =
      new Client("Claude Code", "claude", List.of("HOME/run"), Map.of());

  private static final Path HOME = Client.HOME.toAbsolutePath();

  private final List<Request> requests = new CopyOnWriteArrayList<>();

  @Test
  void sessionWithATool_isGoneOnWith_andEachMessageIsStoredOnce() throws Exception {
    if (CLIENT.missing().isPresent()) {
      throw new TestAbortedException("not run: " + CLIENT.missing().get());
    }
    Path sessions = Files.createTempDirectory(Files.createDirectories(HOME), "sessions-");
    Path work = Files.createTempDirectory(HOME.resolve("work"), "claude-");
    String session = UUID.randomUUID().toString();
    try (ScriptedUpstream upstream = ScriptedUpstream.start();
        WarProcess server =
            WarProcess.start(
                Map.of(
                    "HELIX_UPSTREAM_URL",
                    upstream.baseUrl().toString(),
                    "HELIX_CONVERSATION_HEADERS",
                    "X-Conversation-ID, agents"),
                "--sessions",
                sessions.toString())) {
      upstream.answerAlways(this::reply);
      String first = "How is the weather?";
      assertEquals(
          "The report says: sunshine",
          run(server, work, "-p", first, "--session-id", session, "--allowedTools", "Bash"));
      assertEquals("Answer 3", run(server, work, "--continue", "-p", "And for rain?"));
      assertEquals("Answer 4", run(server, work, "--resume", session, "-p", "Thank you."));
    }
    List<String> said = new ArrayList<>(Transcript.of(sessions, session).said());
    said.removeIf(each -> each.startsWith("user: <system-reminder>"));
    assertEquals(
        List.of(
            "user: How is the weather?",
            "assistant: → Bash echo sunshine",
            "tool: sunshine",
            "assistant: The report says: sunshine",
            "user: And for rain?",
            "assistant: Answer 3",
            "user: Thank you.",
            "assistant: Answer 4"),
        said);
    assertEquals(4, requests.size());
    for (Request request : requests) {
      assertTrue(!request.json().toString().contains("x-anthropic-billing-header"));
      assertTrue(request.headers().stream().noneMatch(each -> each.value().contains("not-ours")));
    }
  }

  /** What the upstream says: it has the shell say how the weather is. */
  private Reply reply(Request request) {
    if (request.method().equals("GET")) {
      return Reply.json(200, Completions.models(Completions.MODEL));
    }
    requests.add(request);
    JsonNode messages = request.json().path("messages");
    JsonNode last = messages.path(messages.size() - 1);
    if (last.path("role").asText().equals("tool")) {
      return Reply.sse(
          Completions.chunks("The report says: ", last.path("content").asText().strip()));
    }
    return last.path("content").asText().contains("weather")
        ? Reply.sse(call())
        : Reply.sse(Completions.chunks("Answer ", "" + requests.size()));
  }

  private static List<String> call() {
    ObjectNode delta = Json.object();
    ObjectNode call = delta.putArray("tool_calls").addObject().put("index", 0);
    call.put("id", "call_1").put("type", "function");
    call.putObject("function")
        .put("name", "Bash")
        .put("arguments", "{\"command\":\"echo sunshine\",\"description\":\"look\"}");
    return List.of(
        Completions.role(),
        Completions.chunk(0, delta, null),
        Completions.finish("tool_calls"),
        Completions.DONE);
  }

  /** What it writes when it is run to its end. */
  private static String run(WarProcess server, Path work, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(CLIENT.command());
    command.addAll(List.of(arguments));
    File out = Files.createTempFile(work, "out-", ".txt").toFile();
    ProcessBuilder builder = new ProcessBuilder(command).directory(work.toFile());
    builder.redirectErrorStream(true).redirectOutput(out).redirectInput(new File("/dev/null"));
    Map<String, String> environment = builder.environment();
    environment.put("HOME", work.toString());
    environment.put("TMPDIR", work.toString());
    environment.put("ANTHROPIC_BASE_URL", server.url().toString().replaceFirst("/$", ""));
    environment.put("ANTHROPIC_AUTH_TOKEN", "not-ours");
    environment.put("ANTHROPIC_MODEL", Completions.MODEL);
    environment.put("ANTHROPIC_SMALL_FAST_MODEL", Completions.MODEL);
    environment.put("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1");
    Process process = builder.start();
    try {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it does not end");
    } finally {
      process.destroyForcibly();
    }
    return Files.readString(out.toPath(), StandardCharsets.UTF_8).strip();
  }
}
