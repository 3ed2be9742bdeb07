package dev.helix.anthropic.messages;

import dev.helix.http.InvalidRequestException;
import dev.helix.openai.request.InvalidField;
import dev.helix.openai.request.JsonFields;
import dev.helix.openai.request.JsonRope;
import dev.helix.openai.request.JsonSlice;
import dev.helix.openai.request.JsonSlice.Element;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A request's tools as functions, which are all that backends know, and which of them is to be
 * called. Those of other types, which Anthropic's servers run or its models know without a schema,
 * are left out. Not changed once it is read.
 */
final class SentTools {
  /** What a header may say. */
  private static final Pattern TYPE = Pattern.compile("[a-zA-Z0-9_.-]{1,64}");

  /** How many types are named at most. */
  private static final int MOST_NAMED = 16;

  private final JsonRope functions = new JsonRope();
  private final Set<String> names = new HashSet<>();
  private final Set<String> leftOut = new LinkedHashSet<>();
  private final Set<String> namesLeftOut = new HashSet<>();

  /** What is to be called, as chat completions have it; null for what they do unasked. */
  private JsonRope choice;

  private boolean single;

  private SentTools() {}

  static SentTools read(JsonFields body) throws InvalidRequestException {
    SentTools tools = new SentTools();
    JsonSlice list = body.get("tools");
    if (list != null) {
      list.eachElement("tools", tools::tool);
    }
    JsonFields choice = body.fields("tool_choice");
    if (choice != null) {
      tools.choose(choice);
    }
    return tools;
  }

  private void tool(Element element) throws InvalidRequestException {
    JsonFields tool = element.fields();
    if (tool == null) {
      throw InvalidField.wrongType(element.place(), "an object");
    }
    String type = tool.text("type");
    if (type != null && !type.equals("custom")) {
      if (!TYPE.matcher(type).matches()) {
        throw InvalidField.wrongValue(tool.place("type"), "'custom', or a type of Anthropic's");
      }
      if (leftOut.size() < MOST_NAMED) {
        leftOut.add(type);
      }
      if (tool.text("name") != null) {
        namesLeftOut.add(tool.text("name"));
      }
      return;
    }
    JsonSlice name = tool.needString("name");
    names.add(name.text());
    functions
        .ascii(functions.isEmpty() ? "" : ",")
        .ascii("{\"type\":\"function\",\"function\":{\"name\":")
        .add(name);
    add("description", tool.string("description"));
    add("parameters", tool.object("input_schema"));
    if (tool.get("strict") != null) {
      functions.ascii(",\"strict\":" + tool.flag("strict", false));
    }
    functions.ascii("}}");
  }

  private void add(String name, JsonSlice value) {
    if (value != null) {
      functions.ascii(",\"" + name + "\":").add(value);
    }
  }

  private void choose(JsonFields asked) throws InvalidRequestException {
    String type = asked.needText("type");
    single = asked.flag("disable_parallel_tool_use", false);
    switch (type) {
      case "auto", "none" -> choice = JsonRope.quoted(type);
      case "any" -> {
        if (functions.isEmpty()) {
          throw new InvalidRequestException(
              "invalid_value",
              "tool_choice",
              "'tool_choice' asks for a tool, and there is none that could be called here.");
        }
        choice = JsonRope.quoted("required");
      }
      case "tool" -> {
        String name = asked.needText("name");
        if (!names.contains(name)) {
          throw new InvalidRequestException(
              "invalid_value",
              "tool_choice.name",
              namesLeftOut.contains(name)
                  ? "'tool_choice.name' names a tool of a type that is not supported here."
                  : "'tool_choice.name' must be the name of one of 'tools'.");
        }
        choice =
            new JsonRope()
                .ascii("{\"type\":\"function\",\"function\":{\"name\":")
                .quote(name)
                .ascii("}}");
      }
      default ->
          throw InvalidField.wrongValue("tool_choice.type", "'auto', 'any', 'tool' or 'none'");
    }
  }

  /** The types of those that are not sent, as many as are named. */
  List<String> leftOut() {
    return List.copyOf(leftOut);
  }

  /** Whether there is none that is sent. */
  boolean isEmpty() {
    return functions.isEmpty();
  }

  /** How many bytes of JSON they have. */
  int length() {
    return functions.length();
  }

  /** Adds them to an object that has fields. Without tools servers refuse what is said of them. */
  void addTo(JsonRope body) {
    if (functions.isEmpty()) {
      return;
    }
    body.ascii(",\"tools\":[").add(functions).ascii("]");
    if (choice != null) {
      body.ascii(",\"tool_choice\":").add(choice);
    }
    if (single) {
      body.ascii(",\"parallel_tool_calls\":false");
    }
  }
}
