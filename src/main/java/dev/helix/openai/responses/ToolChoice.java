package dev.helix.openai.responses;

import dev.helix.http.InvalidRequestException;
import dev.helix.openai.items.ToolName;
import dev.helix.openai.request.InvalidField;
import dev.helix.openai.request.JsonFields;
import dev.helix.openai.request.JsonRope;
import dev.helix.openai.request.JsonSlice;
import dev.helix.openai.responses.RequestTools.Tool;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which of a request's tools may be called, and whether one must be. Not changed once it is read.
 */
final class ToolChoice {
  private static final String FIELD = "tool_choice";
  private static final String REQUIRED = "required";

  private final RequestTools all;
  private List<Tool> sent;
  private JsonRope json;

  private ToolChoice(RequestTools all) {
    this.all = all;
    this.sent = all.tools();
  }

  /** Reads {@code tool_choice} of a body. */
  static ToolChoice read(JsonFields body, RequestTools tools) throws InvalidRequestException {
    ToolChoice choice = new ToolChoice(tools);
    JsonSlice value = body.get(FIELD);
    if (value == null) {
      return choice;
    }
    if (value.isString()) {
      choice.mode(FIELD, value.text(), "'none', 'auto', 'required' or an object");
    } else if (value.isObject()) {
      choice.object(body.fields(FIELD));
    } else {
      throw InvalidField.wrongType(FIELD, "a string or an object");
    }
    return choice;
  }

  /** The tools that are sent; null for none, where nothing may be said of the choice either. */
  JsonRope tools() {
    if (sent.isEmpty()) {
      return null;
    }
    JsonRope list = new JsonRope();
    for (Tool tool : sent) {
      list.ascii(list.isEmpty() ? "[" : ",").add(tool.json());
    }
    return list.ascii("]");
  }

  /** The choice as chat completions have it; null where it is not said. */
  JsonRope json() {
    return json;
  }

  private void mode(String place, String mode, String allowed) throws InvalidRequestException {
    if (!Set.of("none", "auto", REQUIRED).contains(mode)) {
      throw InvalidField.wrongValue(place, allowed);
    }
    if (mode.equals(REQUIRED) && sent.isEmpty()) {
      throw new InvalidRequestException(
          all.leftOut().isEmpty() ? "invalid_value" : "unsupported_tool",
          FIELD,
          "'tool_choice' requires a tool, and there is none that can be called here.");
    }
    json = JsonRope.quoted(mode);
  }

  private void object(JsonFields choice) throws InvalidRequestException {
    String type = choice.needText("type");
    switch (type) {
      case "function", "custom" -> {
        String name = name(choice, type);
        if (sent.stream().noneMatch(tool -> tool.name().equals(name))) {
          throw InvalidField.wrongValue(FIELD, "one of the tools");
        }
        json =
            new JsonRope()
                .ascii("{\"type\":\"function\",\"function\":{\"name\":")
                .quote(name)
                .ascii("}}");
      }
      case "allowed_tools" -> {
        JsonFields nested = choice.fields("allowed_tools"); // As chat completions have it.
        allowed(nested == null ? choice : nested);
      }
      default -> {
        if (RequestTools.isHosted(type)) {
          throw new InvalidRequestException(
              "unsupported_tool",
              FIELD,
              "Tools of the type '" + type + "' are not supported here, and can't be chosen.");
        }
        throw InvalidField.wrongValue(
            choice.place("type"), "'function', 'custom' or 'allowed_tools'");
      }
    }
  }

  private static String name(JsonFields tool, String type) throws InvalidRequestException {
    JsonFields nested = tool.get("name") == null ? tool.fields(type) : null;
    return ToolName.of(tool.text("namespace"), (nested == null ? tool : nested).needText("name"));
  }

  /** Only those are sent, so that no other can be called. */
  private void allowed(JsonFields choice) throws InvalidRequestException {
    Set<String> known = new HashSet<>();
    Set<String> namespaces = new HashSet<>();
    for (Tool tool : all.tools()) {
      known.add(tool.name());
      if (tool.namespace() != null) {
        namespaces.add(tool.namespace());
      }
    }
    Set<String> names = new HashSet<>();
    Set<String> whole = new HashSet<>();
    choice
        .need("tools")
        .eachElement(
            choice.place("tools"),
            element -> {
              JsonFields tool = element.fields();
              if (tool == null) {
                throw InvalidField.wrongType(element.place(), "an object");
              }
              String type = tool.needText("type");
              if (type.equals("namespace") && namespaces.contains(tool.needText("name"))) {
                whole.add(tool.needText("name"));
              } else if (!RequestTools.isHosted(type)) {
                names.add(known(element.place(), tool, type, known));
              }
            });
    sent =
        all.tools().stream()
            .filter(tool -> names.contains(tool.name()) || contains(whole, tool.namespace()))
            .toList();
    String mode = choice.needText("mode");
    if (mode.equals("none")) {
      throw InvalidField.wrongValue(choice.place("mode"), "'auto' or 'required'");
    }
    mode(choice.place("mode"), mode, "'auto' or 'required'");
  }

  private static boolean contains(Set<String> namespaces, String namespace) {
    return namespace != null && namespaces.contains(namespace);
  }

  private static String known(String place, JsonFields tool, String type, Set<String> known)
      throws InvalidRequestException {
    String name = name(tool, type);
    if (!known.contains(name)) {
      throw InvalidField.wrongValue(place, "one of the tools");
    }
    return name;
  }
}
