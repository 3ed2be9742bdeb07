package dev.helix.openai.items;

import com.fasterxml.jackson.core.JsonToken;
import dev.helix.http.InvalidRequestException;
import dev.helix.openai.request.ChatContent;
import dev.helix.openai.request.InvalidField;
import dev.helix.openai.request.JsonFields;
import dev.helix.openai.request.JsonRope;
import dev.helix.openai.request.JsonSlice;
import dev.helix.openai.request.JsonSlice.Element;
import dev.helix.text.Json;

/**
 * Reads the content of a message, or the output of a tool, into the form that chat completions
 * have. One for each.
 */
public final class InputContent {
  private final ChatContent content;

  private InputContent(boolean apart) {
    this.content = new ChatContent("\\n", apart);
  }

  /**
   * Reads a string, a list of parts, or one part as it would be among several.
   *
   * @param apart whether texts and other parts are asked for apart
   */
  static ChatContent read(JsonFields item, String name, boolean apart)
      throws InvalidRequestException {
    JsonSlice value = item.need(name);
    InputContent read = new InputContent(apart);
    if (value.isString()) {
      read.content.text(value);
    } else if (value.isObject()) {
      read.part(item.fields(name), value);
    } else if (value.isArray()) {
      value.eachElement(item.place(name), read::part);
    } else {
      throw InvalidField.wrongType(item.place(name), "a string or an array of parts");
    }
    return read.content;
  }

  /** What was thought, as a string without its quotes; null where a list says nothing in texts. */
  static JsonRope thoughts(JsonSlice list) throws InvalidRequestException {
    if (list == null || !list.isArray()) {
      return null;
    }
    ChatContent thoughts = new ChatContent("\\n", true);
    list.eachElement(
        "",
        part -> {
          JsonSlice text = part.fields() == null ? null : part.fields().get("text");
          if (text != null && text.isString()) {
            thoughts.text(text);
          }
        });
    return thoughts.speaks() ? thoughts.innerText() : null;
  }

  private void part(Element part) throws InvalidRequestException {
    if (part.fields() != null) {
      part(part.fields(), part.value());
    } else if (part.value().isString()) {
      content.text(part.value());
    } else if (part.value().token() != JsonToken.VALUE_NULL) {
      throw InvalidField.wrongType(part.place(), "an object or a string");
    }
  }

  private void part(JsonFields part, JsonSlice value) throws InvalidRequestException {
    String type = part.text("type");
    if (type == null && part.get("text") == null) {
      throw InvalidField.missing(part.place("type"));
    }
    switch (type == null ? "text" : type) {
      case "input_text", "output_text", "text" -> content.text(part.needString("text"));
      case "refusal" -> content.text(part.needString("refusal"));
      case "input_image" -> content.media(image(part));
      case "input_file" -> content.media(file(part));
      case "input_audio" -> {
        part.need("input_audio");
        content.media(
            new JsonRope()
                .ascii("{\"type\":\"input_audio\",\"input_audio\":")
                .add(part.object("input_audio"))
                .ascii("}"));
      }
      case "image_url", "file" -> content.media(JsonRope.of(value)); // As chat completions have it.
      default ->
          throw InvalidField.wrongValue(
              part.place("type"),
              "'input_text', 'input_image', 'input_file', 'input_audio', 'output_text' or"
                  + " 'refusal'");
    }
  }

  private static JsonRope image(JsonFields part) throws InvalidRequestException {
    refuse(part, "file_id");
    JsonSlice url = part.need("image_url");
    if (!url.isString() && !url.isObject()) {
      throw InvalidField.wrongType(part.place("image_url"), "a string");
    }
    JsonRope image = new JsonRope().ascii("{\"type\":\"image_url\",\"image_url\":");
    if (url.isObject()) {
      return image.add(url).ascii("}");
    }
    image.ascii("{\"url\":").add(url);
    JsonSlice detail = part.string("detail");
    return detail == null ? image.ascii("}}") : image.ascii(",\"detail\":").add(detail).ascii("}}");
  }

  private static JsonRope file(JsonFields part) throws InvalidRequestException {
    refuse(part, "file_id");
    refuse(part, "file_url");
    JsonSlice data = part.needString("file_data");
    JsonSlice name = part.string("filename");
    JsonRope file = new JsonRope().ascii("{\"type\":\"file\",\"file\":{");
    if (name != null) {
      file.ascii("\"filename\":").add(name).ascii(",");
    }
    return file.ascii("\"file_data\":").add(data).ascii("}}");
  }

  private static void refuse(JsonFields part, String name) throws InvalidRequestException {
    if (part.get(name) != null) {
      throw new InvalidRequestException(
          "unsupported_parameter",
          part.place(name),
          "'"
              + part.place(name)
              + "' is not supported: no files are kept or fetched here. Send"
              + " the data itself.");
    }
  }

  /** A value of any kind as the text of its JSON. */
  static JsonRope asText(JsonSlice value) {
    return new JsonRope().add(Json.utf8(Json.quote(value.json())));
  }
}
