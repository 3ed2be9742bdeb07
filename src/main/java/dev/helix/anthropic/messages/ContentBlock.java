package dev.helix.anthropic.messages;

import com.fasterxml.jackson.core.JsonToken;
import dev.helix.http.InvalidRequestException;
import dev.helix.openai.request.ChatContent;
import dev.helix.openai.request.InvalidField;
import dev.helix.openai.request.JsonFields;
import dev.helix.openai.request.JsonRope;
import dev.helix.openai.request.JsonSlice;
import dev.helix.openai.request.JsonSlice.Element;
import dev.helix.text.Json;

/** Blocks of a content that a model reads: texts, images, documents. No state. */
final class ContentBlock {
  private ContentBlock() {}

  /** Whether it is a block of this type. */
  static boolean is(Element block, String type) throws InvalidRequestException {
    return block.fields() != null && type.equals(block.fields().text("type"));
  }

  /**
   * Adds a block to a content.
   *
   * @throws InvalidRequestException if it is of a type that a chat request has no place for
   */
  static void read(Element block, ChatContent into) throws InvalidRequestException {
    if (!take(block, into)) {
      JsonFields fields = block.fields();
      if (fields == null) {
        throw InvalidField.wrongType(block.place(), "an object");
      }
      fields.need("type");
      throw InvalidField.wrongValue(
          fields.place("type"),
          "'text', 'image', 'document', 'search_result', 'tool_use', 'tool_result', 'thinking' or"
              + " 'redacted_thinking'");
    }
  }

  /** Adds a block of a tool's result, whatever it is. */
  static void readResult(Element block, ChatContent into) throws InvalidRequestException {
    if (!take(block, into)) {
      into.text(asString(block.value().json()));
    }
  }

  private static boolean take(Element block, ChatContent into) throws InvalidRequestException {
    JsonFields fields = block.fields();
    String type = fields == null ? null : fields.text("type");
    if (type == null) {
      return false;
    }
    switch (type) {
      case "text" -> into.text(fields.needString("text"));
      case "image" -> into.media(image(fields));
      case "document" -> document(fields, into);
      case "search_result" -> {
        titled(fields, into);
        texts(fields, into);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private static JsonRope image(JsonFields block) throws InvalidRequestException {
    JsonFields source = source(block);
    JsonRope image = new JsonRope().ascii("{\"type\":\"image_url\",\"image_url\":{\"url\":");
    switch (source.needText("type")) {
      case "base64" -> dataUrl(source.needString("media_type"), source, image);
      case "url" -> image.add(source.needString("url"));
      default -> throw unsupported(source);
    }
    return image.ascii("}}");
  }

  private static void document(JsonFields block, ChatContent into) throws InvalidRequestException {
    JsonFields source = source(block);
    switch (source.needText("type")) {
      case "text" -> {
        titled(block, into);
        into.text(source.needString("data"));
      }
      case "content" -> {
        titled(block, into);
        texts(source, into);
      }
      case "base64" -> into.media(file(block, source));
      default -> throw unsupported(source);
    }
  }

  private static JsonRope file(JsonFields block, JsonFields source) throws InvalidRequestException {
    JsonSlice type = source.needString("media_type");
    if (!type.text().equals("application/pdf")) {
      throw InvalidField.wrongValue(source.place("media_type"), "'application/pdf'");
    }
    JsonSlice title = block.string("title");
    JsonRope file = new JsonRope().ascii("{\"type\":\"file\",\"file\":{\"filename\":");
    if (title == null) {
      file.ascii("\"document.pdf\"");
    } else {
      file.add(title);
    }
    file.ascii(",\"file_data\":");
    dataUrl(type, source, file);
    return file.ascii("}}");
  }

  private static void dataUrl(JsonSlice type, JsonFields source, JsonRope into)
      throws InvalidRequestException {
    into.ascii("\"data:").inner(type).ascii(";base64,").inner(source.needString("data"));
    into.ascii("\"");
  }

  /** What is said of a document before it. */
  private static void titled(JsonFields block, ChatContent into) throws InvalidRequestException {
    for (String name : new String[] {"title", "context"}) {
      JsonSlice text = block.string(name);
      if (text != null) {
        into.text(text);
      }
    }
  }

  /** A content within a block: a string or blocks. */
  private static void texts(JsonFields block, ChatContent into) throws InvalidRequestException {
    JsonSlice content = block.need("content");
    if (content.isString()) {
      into.text(content);
    } else {
      content.eachElement(block.place("content"), each -> read(each, into));
    }
  }

  private static JsonFields source(JsonFields block) throws InvalidRequestException {
    block.need("source");
    return block.fields("source");
  }

  private static InvalidRequestException unsupported(JsonFields source) {
    return new InvalidRequestException(
        "unsupported_parameter",
        source.place("type"),
        "'"
            + source.place("type")
            + "' is not supported here: no files are kept or fetched. Send the data itself.");
  }

  private static JsonSlice asString(String text) {
    byte[] json = Json.utf8(Json.quote(text));
    return new JsonSlice(json, 0, json.length, JsonToken.VALUE_STRING);
  }
}
