package dev.helix.openai.responses;

import com.fasterxml.jackson.core.JsonToken;
import dev.helix.http.InvalidRequestException;
import dev.helix.openai.request.InvalidField;
import dev.helix.openai.request.JsonFields;
import dev.helix.openai.request.JsonRope;
import dev.helix.openai.request.JsonSlice;
import dev.helix.openai.request.JsonSlice.Element;
import dev.helix.text.Json;

/**
 * The content of a message, or the output of a tool, in the form that chat completions have. Texts
 * that follow one another are one, as some servers know no parts. Not changed once it is read.
 */
final class InputContent {
  /** Whether all texts are one, apart from the parts that are none. */
  private final boolean apart;

  /** The texts since the last part that is none, without quotes. */
  private JsonRope texts = new JsonRope();

  private boolean speaks;
  private final JsonRope parts = new JsonRope();

  private InputContent(boolean apart) {
    this.apart = apart;
  }

  /**
   * Reads a string, a list of parts, or one part as it would be among several.
   *
   * @param apart whether texts and other parts are asked for apart
   */
  static InputContent read(JsonFields item, String name, boolean apart)
      throws InvalidRequestException {
    JsonSlice value = item.need(name);
    InputContent content = new InputContent(apart);
    if (value.isString()) {
      content.text(value);
    } else if (value.isObject()) {
      content.part(item.fields(name), value);
    } else if (value.isArray()) {
      value.eachElement(item.place(name), content::part);
    } else {
      throw InvalidField.wrongType(item.place(name), "a string or an array of parts");
    }
    return content;
  }

  /** What was thought, as a string without its quotes; null where a list says nothing in texts. */
  static JsonRope thoughts(JsonSlice list) throws InvalidRequestException {
    if (list == null || !list.isArray()) {
      return null;
    }
    InputContent thoughts = new InputContent(true);
    list.eachElement(
        "",
        part -> {
          JsonSlice text = part.fields() == null ? null : part.fields().get("text");
          if (text != null && text.isString()) {
            thoughts.text(text);
          }
        });
    return thoughts.speaks ? thoughts.texts : null;
  }

  /** All of it: a string, or parts where not all of it is text. */
  JsonRope whole() {
    if (parts.isEmpty()) {
      return text();
    }
    JsonRope all = new JsonRope().ascii("[").add(parts);
    return speaks ? all.ascii(",").add(textPart()).ascii("]") : all.ascii("]");
  }

  /** The texts in one string. */
  JsonRope text() {
    return new JsonRope().ascii("\"").add(texts).ascii("\"");
  }

  /** The parts that are no texts, with commas between them; null where there are none. */
  JsonRope media() {
    return parts.isEmpty() ? null : parts;
  }

  private void text(JsonSlice text) {
    texts.ascii(speaks ? "\\n" : "").inner(text);
    speaks = true;
  }

  private JsonRope textPart() {
    return new JsonRope().ascii("{\"type\":\"text\",\"text\":").add(text()).ascii("}");
  }

  private void media(JsonRope part) {
    if (speaks && !apart) {
      separate().add(textPart());
      texts = new JsonRope();
      speaks = false;
    }
    separate().add(part);
  }

  private JsonRope separate() {
    return parts.isEmpty() ? parts : parts.ascii(",");
  }

  private void part(Element part) throws InvalidRequestException {
    if (part.fields() != null) {
      part(part.fields(), part.value());
    } else if (part.value().isString()) {
      text(part.value());
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
      case "input_text", "output_text", "text" -> text(part.needString("text"));
      case "refusal" -> text(part.needString("refusal"));
      case "input_image" -> media(image(part));
      case "input_file" -> media(file(part));
      case "input_audio" -> {
        part.need("input_audio");
        media(
            new JsonRope()
                .ascii("{\"type\":\"input_audio\",\"input_audio\":")
                .add(part.object("input_audio"))
                .ascii("}"));
      }
      case "image_url", "file" -> media(JsonRope.of(value)); // As chat completions have it.
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
