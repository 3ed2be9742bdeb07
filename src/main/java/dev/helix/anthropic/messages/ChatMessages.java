package dev.helix.anthropic.messages;

import dev.helix.http.InvalidRequestException;
import dev.helix.message.Message;
import dev.helix.message.Preamble;
import dev.helix.openai.request.ChatContent;
import dev.helix.openai.request.InvalidField;
import dev.helix.openai.request.JsonFields;
import dev.helix.openai.request.JsonRope;
import dev.helix.openai.request.JsonSlice;
import dev.helix.openai.request.JsonSlice.Element;
import dev.helix.openai.request.RequestJson;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Makes chat messages of a request's system prompt and messages. A user's message with results of
 * tools is a message for each of them, and then one with the rest; so is what an {@linkplain
 * Preamble agent} says before its user does. One for each request.
 */
final class ChatMessages {
  private static final String LINE = "\\n";

  /** What an agent tells Anthropic in its system prompt, which differs from request to request. */
  private static final String BILLING = "x-anthropic-billing-header:";

  /** What servers of others did in an answer, and what models think in secret. */
  private static final Pattern UNTOLD =
      Pattern.compile(
          "redacted_thinking|[a-z_]{1,60}_tool_(?:use|result)|server_tool_use|fallback");

  private final List<Message> messages = new ArrayList<>();

  private ChatMessages() {}

  /** The messages, with the system message first where there is one. */
  static List<Message> read(JsonFields body) throws InvalidRequestException {
    ChatMessages read = new ChatMessages();
    read.system(body);
    body.need("messages").eachElement("messages", read::message);
    if (read.messages.stream().allMatch(Message::isSystem)) {
      throw new InvalidRequestException(
          "empty_array", "messages", "'messages' must have at least one message.");
    }
    return List.copyOf(read.messages);
  }

  private void system(JsonFields body) throws InvalidRequestException {
    JsonSlice system = body.get("system");
    if (system == null) {
      return;
    }
    ChatContent content = new ChatContent(LINE, true);
    if (system.isString()) {
      content.text(system);
    } else {
      system.eachElement(
          "system",
          block -> {
            JsonSlice text = textBlock(block);
            if (!text.text().startsWith(BILLING)) {
              content.text(text);
            }
          });
    }
    add("system", content.text(), null);
  }

  private static JsonSlice textBlock(Element block) throws InvalidRequestException {
    if (block.fields() == null) {
      throw InvalidField.wrongType(block.place(), "an object");
    }
    String type = block.fields().text("type");
    if (type != null && !type.equals("text")) {
      throw InvalidField.wrongValue(block.fields().place("type"), "'text'");
    }
    return block.fields().needString("text");
  }

  private void message(Element element) throws InvalidRequestException {
    JsonFields message = element.fields();
    if (message == null) {
      throw InvalidField.wrongType(element.place(), "an object");
    }
    switch (message.needText("role")) {
      case "user" -> user(message);
      case "assistant" -> assistant(message);
      case "system" -> {
        ChatContent content = new ChatContent(LINE, true);
        eachBlock(message, content, block -> content.text(textBlock(block)));
        add("system", content.text(), null);
      }
      default ->
          throw InvalidField.wrongValue(message.place("role"), "'user', 'assistant' or 'system'");
    }
  }

  /** Takes a content that is a string, or has each block of another read. */
  private static void eachBlock(
      JsonFields message, ChatContent content, JsonSlice.ElementReader reader)
      throws InvalidRequestException {
    JsonSlice value = message.need("content");
    if (value.isString()) {
      content.text(value);
    } else if (value.isArray()) {
      value.eachElement(message.place("content"), reader);
    } else {
      throw InvalidField.wrongType(message.place("content"), "a string or an array of blocks");
    }
  }

  private void user(JsonFields message) throws InvalidRequestException {
    List<JsonSlice> preambles = new ArrayList<>();
    ChatContent rest = new ChatContent(LINE, false);
    boolean[] results = {false};
    eachBlock(
        message,
        rest,
        block -> {
          if (ContentBlock.is(block, "tool_result")) {
            results[0] = true;
            result(block.fields(), rest);
          } else if (rest.isEmpty() && isPreamble(block)) {
            preambles.add(block.fields().get("text"));
          } else {
            ContentBlock.read(block, rest);
          }
        });
    // A chat is not known by what an agent says before its user does.
    for (JsonSlice preamble : preambles) {
      add("user", JsonRope.of(preamble), null);
    }
    if (!rest.isEmpty() || (!results[0] && preambles.isEmpty())) {
      add("user", rest.whole(), null);
    }
  }

  private static boolean isPreamble(Element block) throws InvalidRequestException {
    return ContentBlock.is(block, "text") && Preamble.is(block.fields().needText("text"));
  }

  private void result(JsonFields block, ChatContent rest) throws InvalidRequestException {
    JsonSlice call = block.needString("tool_use_id");
    ChatContent content = new ChatContent(LINE, true);
    if (block.get("content") != null) {
      eachBlock(block, content, each -> ContentBlock.readResult(each, content));
    }
    JsonRope text = new JsonRope().ascii("\"");
    if (block.flag("is_error", false)) {
      text.ascii("Error: ");
    }
    text.add(content.innerText()).ascii("\"");
    add("tool", text, new JsonRope().ascii("\"tool_call_id\":").add(call));
    if (content.media() != null) {
      rest.media(content.media()); // Only a user may send what is no text.
    }
  }

  private void assistant(JsonFields message) throws InvalidRequestException {
    // An answer's text may come back in several blocks.
    ChatContent said = new ChatContent("", false);
    ChatContent thoughts = new ChatContent(LINE, true);
    JsonRope calls = new JsonRope();
    eachBlock(message, said, block -> answerBlock(block, said, thoughts, calls));
    JsonRope beside = new JsonRope();
    if (thoughts.speaks()) {
      beside.ascii("\"reasoning_content\":").add(thoughts.text());
    }
    if (!calls.isEmpty()) {
      beside.ascii(beside.isEmpty() ? "" : ",").ascii("\"tool_calls\":[").add(calls).ascii("]");
    }
    boolean mute = said.isEmpty() && !calls.isEmpty();
    add("assistant", mute ? new JsonRope().ascii("null") : said.whole(), beside);
  }

  private static void answerBlock(
      Element block, ChatContent said, ChatContent thoughts, JsonRope calls)
      throws InvalidRequestException {
    JsonFields fields = block.fields();
    String type = fields == null ? null : fields.text("type");
    if ("thinking".equals(type)) {
      JsonSlice thought = fields.string("thinking");
      if (thought != null && thought.length() > 2) {
        thoughts.text(thought);
      }
    } else if ("tool_use".equals(type)) {
      calls.ascii(calls.isEmpty() ? "" : ",").add(call(fields));
    } else if (type == null || !UNTOLD.matcher(type).matches()) {
      ContentBlock.read(block, said);
    }
  }

  private static JsonRope call(JsonFields block) throws InvalidRequestException {
    JsonSlice input = block.object("input");
    return new JsonRope()
        .ascii("{\"id\":")
        .add(block.needString("id"))
        .ascii(",\"type\":\"function\",\"function\":{\"name\":")
        .add(block.needString("name"))
        .ascii(",\"arguments\":")
        .quote(input == null ? "{}" : input.json())
        .ascii("}}");
  }

  private void add(String role, JsonRope content, JsonRope beside) throws InvalidRequestException {
    if (role.equals("system") && content.length() == 2) {
      return; // It says nothing.
    }
    if (messages.size() >= RequestJson.MAX_MESSAGES) {
      throw new InvalidRequestException(
          "too_many_messages",
          "messages",
          "'messages' must have at most " + RequestJson.MAX_MESSAGES + " messages.");
    }
    JsonRope message = new JsonRope().ascii("{\"role\":\"" + role + "\",\"content\":").add(content);
    if (beside != null && !beside.isEmpty()) {
      message.ascii(",").add(beside);
    }
    messages.add(Message.parse(message.ascii("}").toBytes()));
  }
}
