package dev.helix.openwebui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.Reply;
import dev.helix.scripted.Request;
import dev.helix.scripted.ScriptedUpstream;
import dev.helix.scripted.Tap;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The upstream of these tests: a model that does what words in the question say, and keeps what it
 * said to which request. It answers title, tag and follow-up prompts with the JSON they ask for.
 * Thread-safe.
 */
final class Model implements AutoCloseable {
  private final ScriptedUpstream upstream = ScriptedUpstream.startWithoutModels();
  private final Map<Integer, Script> said = new ConcurrentHashMap<>();
  private final AtomicInteger answers = new AtomicInteger();

  Model() {
    upstream.answerAlways(this::answer);
  }

  URI baseUrl() {
    return upstream.baseUrl();
  }

  /** What was said in the exchange that has this number at the tap; null if it never came here. */
  Script said(int exchange) {
    return said.get(exchange);
  }

  /** Waits for a request that is held, and says what comes before the silence. */
  Call hold() {
    Call call = upstream.next();
    said(number(call.request())).begin(call);
    return call;
  }

  @Override
  public void close() {
    upstream.close();
  }

  private static int number(Request request) {
    return Integer.parseInt(request.header(Tap.NUMBER));
  }

  private Reply answer(Request request) {
    if (request.method().equals("GET")) {
      return Reply.json(200, Completions.models("alpha", "beta"));
    }
    Script script = script(request.json());
    said.put(number(request), script);
    return script.reply();
  }

  private Script script(JsonNode body) {
    JsonNode messages = body.path("messages");
    JsonNode last = messages.path(messages.size() - 1);
    String text = text(last.path("content"));
    if (!body.path("stream").asBoolean()) {
      String prompt = messages.path(0).path("content").asText() + text;
      return Script.body(200, Json.read(Completions.completion(task(prompt))));
    }
    if (text.startsWith("You have been provided with a set of responses")) {
      return Script.text("Both of them", " say it.");
    }
    String question = text.substring(Math.max(0, text.lastIndexOf("</context>")));
    if (last.path("role").asText().equals("tool")) {
      return Script.text("The report says: ", text, ".");
    }
    boolean tools = body.path("tools").size() > 0;
    if (last.path("role").asText().equals("assistant")) {
      String asked = messages.path(messages.size() - 2).path("content").asText();
      return tools && asked.contains("go out")
          ? lookUp("Rome")
          : Script.text(" And there is", " more.");
    }
    if (tools && question.contains("weather")) {
      return lookUp(question.contains("Nowhere") ? "Nowhere" : "Rome");
    }
    if (tools && question.contains("Delegate")) {
      return Script.deltas(
          "tool_calls", call("delegate_task", Json.object().put("task", "Name the moons.")));
    }
    if (question.contains("List")) {
      return Script.held("red ", "green ", "blue ");
    }
    if (question.contains("Count")) {
      return Script.held("one ", "two ", "three ");
    }
    if (question.contains("Be cut")) {
      return Script.cut("The answer is too");
    }
    if (question.contains("Say nothing")) {
      return Script.held();
    }
    if (question.contains("Break off")) {
      return Script.broken("Half an", " answer");
    }
    if (question.contains("Break")) {
      return Script.body(500, Json.read(Completions.error("it broke", "server_error", "broken")));
    }
    String answer =
        "This is answer " + answers.incrementAndGet() + " of " + body.path("model").asText();
    if (question.contains("Think")) {
      return Script.text("<think>", "what nobody is told", "</think>", "\n\n" + answer, " .\n");
    }
    return Script.text("  " + answer, ".", " \n\n");
  }

  private static String text(JsonNode content) {
    StringBuilder text = new StringBuilder(content.asText());
    content.forEach(part -> text.append(part.path("text").asText()));
    return text.toString();
  }

  private static Script lookUp(String city) {
    return Script.deltas(
        "tool_calls",
        Json.object().put("content", "I look it up. "),
        call("get_weather", Json.object().put("city", city)));
  }

  // Many models begin with this id in each reply.
  private static ObjectNode call(String tool, ObjectNode arguments) {
    ObjectNode delta = Json.object();
    delta
        .putArray("tool_calls")
        .addObject()
        .put("index", 0)
        .put("id", "call_0")
        .put("type", "function")
        .putObject("function")
        .put("name", tool)
        .put("arguments", arguments.toString());
    return delta;
  }

  private static String task(String prompt) {
    if (prompt.contains("\"title\"")) {
      return "{\"title\": \"A talk\"}";
    }
    if (prompt.contains("\"tags\"")) {
      return "{\"tags\": [\"talk\"]}";
    }
    if (prompt.contains("\"follow_ups\"")) {
      return "{\"follow_ups\": [\"What else?\"]}";
    }
    if (prompt.contains("\"tool_calls\"")) {
      return "{\"tool_calls\": [{\"name\": \"get_weather\", \"parameters\": {\"city\":"
          + " \"Rome\"}}]}";
    }
    if (prompt.contains("\"operations\"")) {
      return "{\"operations\": []}";
    }
    if (prompt.contains("Compacted")) {
      return "They spoke of rivers.";
    }
    return "{\"queries\": []}";
  }
}
