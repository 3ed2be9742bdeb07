package dev.helix.clients;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.Reply;
import dev.helix.scripted.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the upstream says: it repeats questions, and looks up the weather where it may. */
final class Model {
  private static final String WEATHER = "get_weather";

  /** What a tool's argument is called. */
  private static final Map<String, String> ARGUMENTS =
      Map.of(WEATHER, "city", "exec_command", "cmd", "bash", "command");

  /** The answer to a question where a schema is given. */
  static final String FORECAST = "{\"city\":\"Rome\",\"sunny\":true}";

  private Model() {}

  /** The answer to a question. */
  static String answer(String question) {
    return "You said: " + question;
  }

  /** A whole reply or a streamed one, as it was asked for. */
  static Reply reply(Request request) {
    if (request.method().equals("GET")) {
      return Reply.json(200, Completions.models(Completions.MODEL));
    }
    JsonNode body = request.json();
    JsonNode messages = body.path("messages");
    JsonNode last = messages.path(messages.size() - 1);
    if (last.path("role").asText().equals("tool")) {
      return said(body, "The report says: " + text(last.path("content")));
    }
    String question = text(last.path("content"));
    if (body.path("response_format").path("type").asText().equals("json_schema")) {
      return said(body, FORECAST);
    }
    return body.path("tools").isEmpty() || !question.contains("weather")
        ? said(body, answer(question))
        : called(body, "call_" + messages.size());
  }

  /** The answer to what an agent asks by itself, for a title; null to all else. */
  static Reply title(Request request) {
    boolean asked = isTitle(request) || request.method().equals("GET");
    return asked ? reply(request) : null;
  }

  /** Whether an agent asks by itself for a title. */
  static boolean isTitle(Request request) {
    return request.method().equals("POST")
        && text(request.json().path("messages").path(0).path("content")).contains("title");
  }

  private static String text(JsonNode content) {
    if (!content.isArray()) {
      return content.asText().strip();
    }
    StringBuilder text = new StringBuilder();
    content.forEach(part -> text.append(part.path("text").asText()));
    return text.toString().strip();
  }

  private static Reply said(JsonNode body, String text) {
    if (!body.path("stream").asBoolean()) {
      return Reply.json(200, Completions.completion(text));
    }
    List<String> chunks = new ArrayList<>(Completions.chunks(text.split("(?<= )", -1)));
    return Reply.sse(withUsage(body, chunks));
  }

  /** Its name first, then its arguments in pieces, as most upstreams stream a call. */
  private static Reply called(JsonNode body, String id) {
    ObjectNode call = Json.object().put("index", 0).put("id", id).put("type", "function");
    String tool = tool(body.path("tools").findValuesAsText("name"));
    String begin = "{\"" + ARGUMENTS.get(tool) + "\":\"";
    String argument =
        tool.equals(WEATHER)
            ? "Rome\"}"
            : "echo sunshine in Rome\""
                + (tool.equals("bash") ? ",\"description\":\"look\"}" : "}");
    ObjectNode function = call.putObject("function").put("name", tool);
    if (!body.path("stream").asBoolean()) {
      function.put("arguments", begin + argument);
      ObjectNode completion = (ObjectNode) Json.read(Completions.completion(""));
      ObjectNode choice = (ObjectNode) completion.path("choices").path(0);
      choice.put("finish_reason", "tool_calls");
      ObjectNode message = ((ObjectNode) choice.path("message")).putNull("content");
      call.remove("index");
      message.putArray("tool_calls").add(call);
      return Reply.json(200, completion.toString());
    }
    function.put("arguments", "");
    List<String> chunks = new ArrayList<>(List.of(Completions.role(), calls(call)));
    for (String piece : List.of(begin, argument)) {
      ObjectNode more = Json.object().put("index", 0);
      more.putObject("function").put("arguments", piece);
      chunks.add(calls(more));
    }
    chunks.add(Completions.finish("tool_calls"));
    chunks.add(Completions.DONE);
    return Reply.sse(withUsage(body, chunks));
  }

  /** Ours, or what an agent brings to run commands with. */
  private static String tool(List<String> names) {
    return ARGUMENTS.keySet().stream().filter(names::contains).findFirst().orElse("bash");
  }

  private static String calls(ObjectNode call) {
    ObjectNode delta = Json.object();
    delta.putArray("tool_calls").add(call);
    return Completions.chunk(0, delta, null);
  }

  /** Before the end, a chunk with the usage, where it was asked for. */
  private static List<String> withUsage(JsonNode body, List<String> chunks) {
    if (body.path("stream_options").path("include_usage").asBoolean()) {
      ObjectNode usage = (ObjectNode) Json.read(Completions.finish("stop"));
      usage.putArray("choices");
      usage
          .putObject("usage")
          .put("prompt_tokens", 1)
          .put("completion_tokens", 2)
          .put("total_tokens", 3);
      chunks.add(chunks.size() - 1, usage.toString());
    }
    return chunks;
  }
}
