package dev.helix.openai.items;

import dev.helix.http.InvalidRequestException;
import dev.helix.openai.request.ChatContent;
import dev.helix.openai.request.InvalidField;
import dev.helix.openai.request.JsonFields;
import dev.helix.openai.request.JsonRope;
import dev.helix.openai.request.JsonSlice;
import dev.helix.openai.request.JsonSlice.Element;
import dev.helix.openai.request.RequestJson;
import dev.helix.text.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads a request's input. What hosted tools once did is passed over. One for each input. */
public final class InputReader {
  /** How many characters an input has that is one string. */
  public static final int LONGEST_TEXT = 10_485_760;

  private static final Set<String> ROLES = Set.of("user", "assistant", "system", "developer");

  /** Items of tools that are not run here, which come back in a history. */
  private static final Pattern HOSTED =
      Pattern.compile("[a-z_]{1,40}_call(_output)?|mcp_[a-z_]{1,40}|tool_search_output");

  private final Compactions compactions;
  private final List<InputItem> items = new ArrayList<>();

  private InputReader(Compactions compactions) {
    this.compactions = compactions;
  }

  /** The items; one user's message of a string. */
  public static List<InputItem> read(JsonSlice input, Compactions compactions)
      throws InvalidRequestException {
    InputReader reader = new InputReader(compactions);
    if (input.isString()) {
      reader.text(input);
    } else if (input.isArray()) {
      input.eachElement("input", reader::item);
    } else {
      throw InvalidField.wrongType("input", "a string or an array of items");
    }
    return List.copyOf(reader.items);
  }

  /** One item; null where it is passed over. */
  static InputItem one(Element element, Compactions compactions) throws InvalidRequestException {
    InputReader reader = new InputReader(compactions);
    reader.item(element);
    return reader.items.isEmpty() ? null : reader.items.get(0);
  }

  private void text(JsonSlice input) throws InvalidRequestException {
    if (input.length() > LONGEST_TEXT) {
      String text = input.text();
      if (text.codePointCount(0, text.length()) > LONGEST_TEXT) {
        throw new InvalidRequestException(
            "string_above_max_length",
            "input",
            "'input' must have at most " + LONGEST_TEXT + " characters.");
      }
    }
    if (input.length() > 2) {
      items.add(InputItem.message(null, "user", JsonRope.of(input), null));
    }
  }

  private void item(Element element) throws InvalidRequestException {
    JsonFields item = element.fields();
    if (item == null) {
      throw InvalidField.wrongType(element.place(), "an object");
    }
    if (items.size() == RequestJson.MAX_MESSAGES) {
      throw new InvalidRequestException(
          "too_many_messages",
          "input",
          "'input' must have at most " + RequestJson.MAX_MESSAGES + " items.");
    }
    switch (type(item)) {
      case "message" -> message(item);
      case "function_call" -> call(item, arguments(item));
      case "custom_tool_call" -> call(item, customArguments(item));
      case "function_call_output", "custom_tool_call_output" -> output(item);
      case "reasoning" -> items.add(InputItem.reasoning(item.text("id"), thoughts(item)));
      case "item_reference" -> items.add(InputItem.reference(item.needText("id")));
      case Compactions.TYPE, "compaction_summary" -> items.add(compactions.read(item));
      default -> {
        if (!HOSTED.matcher(item.needText("type")).matches()) {
          throw InvalidField.wrongValue(
              item.place("type"),
              "'message', 'function_call', 'function_call_output', 'custom_tool_call',"
                  + " 'custom_tool_call_output', 'reasoning' or 'item_reference'");
        }
      }
    }
  }

  /** What an item is, also where it does not say. */
  private static String type(JsonFields item) throws InvalidRequestException {
    String type = item.text("type");
    if (type != null) {
      return type;
    }
    if (item.get("role") != null) {
      return "message";
    }
    if (item.get("id") != null) {
      return "item_reference";
    }
    throw InvalidField.missing(item.place("type"));
  }

  /** What was thought: as it was sealed, else as it is told. */
  private JsonRope thoughts(JsonFields item) throws InvalidRequestException {
    JsonRope sealed = compactions.thoughts().open(item);
    JsonRope thoughts = sealed != null ? sealed : InputContent.thoughts(item.get("content"));
    return thoughts != null ? thoughts : InputContent.thoughts(item.get("summary"));
  }

  private void message(JsonFields item) throws InvalidRequestException {
    String role = item.needText("role");
    if (!ROLES.contains(role)) {
      throw InvalidField.wrongValue(
          item.place("role"), "'user', 'assistant', 'system' or 'developer'");
    }
    JsonSlice said = item.get("content");
    boolean mute = role.equals("assistant") && said == null;
    JsonRope content =
        mute
            ? JsonRope.quoted("")
            : said != null && said.isString()
                ? JsonRope.of(said)
                : InputContent.read(item, "content", false).whole();
    JsonSlice phase = item.get("phase");
    JsonRope beside =
        phase != null && phase.isString() ? new JsonRope().ascii("\"phase\":").add(phase) : null;
    items.add(InputItem.message(item.text("id"), role, content, beside));
  }

  private void call(JsonFields item, JsonRope arguments) throws InvalidRequestException {
    JsonSlice id = item.needString("call_id");
    String name = ToolName.of(item.text("namespace"), item.needText("name"));
    JsonRope call =
        new JsonRope()
            .ascii("{\"id\":")
            .add(id)
            .ascii(",\"type\":\"function\",\"function\":{\"name\":")
            .quote(name)
            .ascii(",\"arguments\":")
            .add(arguments)
            .ascii("}}");
    items.add(InputItem.call(item.text("id"), id.text(), call));
  }

  private static JsonRope arguments(JsonFields item) {
    JsonSlice arguments = item.get("arguments");
    if (arguments == null) {
      return JsonRope.quoted("{}");
    }
    return arguments.isString() ? JsonRope.of(arguments) : InputContent.asText(arguments);
  }

  /** A custom tool is a function with one argument for the backend. */
  private static JsonRope customArguments(JsonFields item) throws InvalidRequestException {
    JsonSlice input = item.string("input");
    String json = input == null ? Json.quote("") : input.json();
    return JsonRope.quoted("{\"" + ToolName.INPUT + "\":" + json + "}");
  }

  private void output(JsonFields item) throws InvalidRequestException {
    String callId = item.needText("call_id");
    String id = item.text("id");
    JsonSlice output = item.need("output");
    if (output.isString() || output.isArray()) {
      ChatContent content = InputContent.read(item, "output", true);
      items.add(InputItem.output(id, callId, content.text(), content.media()));
    } else {
      items.add(InputItem.output(id, callId, InputContent.asText(output), null));
    }
  }
}
