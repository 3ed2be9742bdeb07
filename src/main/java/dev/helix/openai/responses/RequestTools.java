package dev.helix.openai.responses;

import dev.helix.http.InvalidRequestException;
import dev.helix.openai.items.JsonValues;
import dev.helix.openai.items.ToolName;
import dev.helix.openai.request.InvalidField;
import dev.helix.openai.request.JsonFields;
import dev.helix.openai.request.JsonRope;
import dev.helix.openai.request.JsonSlice;
import dev.helix.openai.request.JsonSlice.Element;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A request's tools as functions, which are all that backends know. Those that a server would have
 * to run are left out where clients send them unasked, and refused else. One for each request.
 */
final class RequestTools {
  /** Tools that clients send by default. */
  private static final Pattern LEFT_OUT =
      Pattern.compile(
          "(web_search(?:_preview)?)(?:_\\d{4}_\\d{2}_\\d{2})?"
              + "|image_generation|tool_search|local_shell|shell|apply_patch");

  private static final Pattern REFUSED =
      Pattern.compile("file_search|code_interpreter|mcp|(computer)[a-z_]{0,40}");

  private static final String ARGUMENT =
      ",\"parameters\":{\"type\":\"object\",\"properties\":{\"" + ToolName.INPUT + "\":";
  private static final String REQUIRED = "},\"required\":[\"" + ToolName.INPUT + "\"]}}}";

  /**
   * A tool that is sent.
   *
   * @param namespace null for one that is in none
   * @param name what the backend knows it by
   * @param json as chat completions have it
   */
  record Tool(String namespace, String name, JsonRope json) {}

  private final JsonValues values;
  private final boolean leaveOut;
  private final List<Tool> tools = new ArrayList<>();
  private final Set<String> leftOut = new LinkedHashSet<>();
  private final List<Object> echo = new ArrayList<>();

  private RequestTools(JsonValues values, boolean leaveOut) {
    this.values = values;
    this.leaveOut = leaveOut;
  }

  /**
   * Reads {@code tools}; {@code list} is null where they are absent.
   *
   * @param leaveOut whether also those are left out that clients do not send unasked
   */
  static RequestTools read(JsonSlice list, JsonValues values, boolean leaveOut)
      throws InvalidRequestException {
    RequestTools read = new RequestTools(values, leaveOut);
    if (list != null) {
      list.eachElement("tools", read::tool);
    }
    return read;
  }

  /** Those that are sent. */
  List<Tool> tools() {
    return tools;
  }

  /** The kinds of those that are not sent. */
  List<String> leftOut() {
    return List.copyOf(leftOut);
  }

  /** The response's {@code tools}. */
  List<Object> echo() {
    return echo;
  }

  /** Whether this is the type of a tool that is not run here. */
  static boolean isHosted(String type) {
    return LEFT_OUT.matcher(type).matches() || REFUSED.matcher(type).matches();
  }

  private void tool(Element element) throws InvalidRequestException {
    JsonFields tool = element.fields();
    if (tool == null) {
      throw InvalidField.wrongType(element.place(), "an object");
    }
    String place = element.place();
    switch (tool.needText("type")) {
      case "function" -> function(tool);
      case "namespace" -> {
        String namespace = tool.needText("name");
        echo.add(values.of(element.value())); // First, as there are only so many values.
        tool.need("tools")
            .eachElement(tool.place("tools"), member -> member(namespace, place, member));
      }
      default -> {
        other(null, place, tool);
        echo.add(values.of(element.value()));
      }
    }
  }

  private void function(JsonFields tool) throws InvalidRequestException {
    JsonFields nested = tool.get("name") == null ? tool.fields("function") : null;
    JsonFields function = nested == null ? tool : nested; // As chat completions have it.
    add(null, function.needText("name"), function);
    Map<String, Object> echoed = new LinkedHashMap<>();
    echoed.put("type", "function");
    for (String name : List.of("name", "description", "parameters", "strict")) {
      echoed.put(name, values.of(function.get(name)));
    }
    echo.add(echoed);
  }

  private void member(String namespace, String place, Element element)
      throws InvalidRequestException {
    JsonFields member = element.fields();
    if (member == null) {
      throw InvalidField.wrongType(element.place(), "an object");
    }
    if (member.needText("type").equals("function")) {
      add(namespace, member.needText("name"), member);
    } else {
      other(namespace, place, member);
    }
  }

  private void other(String namespace, String place, JsonFields tool)
      throws InvalidRequestException {
    String type = tool.needText("type");
    Matcher known = LEFT_OUT.matcher(type);
    Matcher refused = REFUSED.matcher(type);
    if (type.equals("custom")) {
      custom(namespace, tool);
    } else if (known.matches()) {
      leftOut.add(known.group(1) == null ? type : known.group(1));
    } else if (refused.matches() && leaveOut) {
      leftOut.add(refused.group(1) == null ? type : refused.group(1));
    } else if (refused.matches()) {
      throw new InvalidRequestException(
          "unsupported_tool", place, "Tools of the type '" + type + "' are not supported here.");
    } else {
      throw InvalidField.wrongValue(
          tool.place("type"), "'function', 'custom' or 'namespace', or a tool that is left out");
    }
  }

  private void add(String namespace, String name, JsonFields function)
      throws InvalidRequestException {
    String sent = ToolName.of(namespace, name);
    JsonRope json = begin(sent);
    JsonSlice description = function.string("description");
    if (description != null) {
      json.ascii(",\"description\":").add(description);
    }
    JsonSlice parameters = function.object("parameters");
    if (parameters != null) {
      json.ascii(",\"parameters\":").add(parameters);
    }
    if (function.get("strict") != null) {
      json.ascii(",\"strict\":" + function.flag("strict", false));
    }
    tools.add(new Tool(namespace, sent, json.ascii("}}")));
  }

  /** A function with one argument, whose form a grammar may describe. */
  private void custom(String namespace, JsonFields tool) throws InvalidRequestException {
    String name = ToolName.of(namespace, tool.needText("name"));
    JsonRope json = begin(name);
    JsonSlice description = tool.string("description");
    if (description != null) {
      json.ascii(",\"description\":").add(description);
    }
    json.ascii(ARGUMENT).ascii("{\"type\":\"string\"");
    JsonFields format = tool.fields("format");
    String definition = format == null ? null : format.text("definition");
    if (definition != null) {
      String syntax = format.text("syntax");
      json.ascii(",\"description\":")
          .quote(
              "In this grammar" + (syntax == null ? "" : " (" + syntax + ")") + ":\n" + definition);
    }
    tools.add(new Tool(namespace, name, json.ascii("}").ascii(REQUIRED)));
  }

  private static JsonRope begin(String name) {
    return new JsonRope().ascii("{\"type\":\"function\",\"function\":{\"name\":").quote(name);
  }
}
