package dev.helix.anthropic.messages;

import dev.helix.http.InvalidRequestException;
import dev.helix.message.Message;
import dev.helix.openai.request.InvalidField;
import dev.helix.openai.request.JsonFields;
import dev.helix.openai.request.JsonRope;
import dev.helix.openai.request.RequestJson;
import dev.helix.openai.request.TokenEstimate;
import dev.helix.openai.request.ToolRound;
import java.math.BigDecimal;
import java.util.List;
import java.util.Set;

/**
 * A request for a message, read once and checked, as it is asked of a chat backend. It shares the
 * body's bytes. Immutable.
 */
final class MessagesRequest {
  private final String model;
  private final boolean stream;
  private final boolean oneToken;
  private final boolean thoughts;
  private final List<Message> messages;
  private final SentTools tools;
  private final SentFields fields;

  private MessagesRequest(JsonFields body, boolean counts) throws InvalidRequestException {
    String named = body.text("model");
    model = named == null || named.isEmpty() ? null : named;
    BigDecimal most = body.integer("max_tokens");
    if (most == null && !counts) {
      throw InvalidField.missing("max_tokens");
    }
    if (most != null && most.signum() <= 0) {
      throw InvalidField.wrongValue("max_tokens", "at least 1");
    }
    oneToken = most != null && most.compareTo(BigDecimal.ONE) == 0;
    stream = body.flag("stream", false);
    thoughts = showsThoughts(body.fields("thinking"));
    tools = SentTools.read(body);
    fields = SentFields.of(body, stream);
    messages = ChatMessages.read(body);
  }

  private MessagesRequest(MessagesRequest other, String model) {
    this.model = model;
    this.stream = other.stream;
    this.oneToken = other.oneToken;
    this.thoughts = other.thoughts;
    this.messages = other.messages;
    this.tools = other.tools;
    this.fields = other.fields;
  }

  /** Reads a body, which must not be changed afterwards. */
  static MessagesRequest parse(byte[] body) throws InvalidRequestException {
    return new MessagesRequest(JsonFields.ofBody(RequestJson.utf8(body)), false);
  }

  /** Reads the body of a request whose tokens are to be counted. */
  static MessagesRequest parseToCount(byte[] body) throws InvalidRequestException {
    return new MessagesRequest(JsonFields.ofBody(RequestJson.utf8(body)), true);
  }

  private static boolean showsThoughts(JsonFields thinking) throws InvalidRequestException {
    String type = thinking == null ? null : thinking.text("type");
    return type != null && !type.equals("disabled") && !"omitted".equals(thinking.text("display"));
  }

  /** The model that is named; null for none. */
  String model() {
    return model;
  }

  boolean namesModel() {
    return model != null;
  }

  /** This request with a model in place of the one that it names, if any. */
  MessagesRequest withModel(String id) {
    return new MessagesRequest(this, id);
  }

  boolean stream() {
    return stream;
  }

  /** Whether no more than a token is wanted. */
  boolean isForOneToken() {
    return oneToken;
  }

  /** Whether the caller is told what a model thinks. */
  boolean showsThoughts() {
    return thoughts;
  }

  /** The texts before which the answer is to stop. */
  Set<String> stops() {
    return fields.stops();
  }

  /** All messages as chat messages, with the system message first. */
  List<Message> messages() {
    return messages;
  }

  /** Whether tools are given, be they sent or not. */
  boolean hasTools() {
    return !tools.isEmpty() || !leftOut().isEmpty();
  }

  /** The types of tools that are not sent. */
  List<String> leftOut() {
    return tools.leftOut();
  }

  /** About how many tokens its model reads. */
  long tokens(boolean reasoning) {
    return TokenEstimate.of(messages, reasoning, tools.length());
  }

  /**
   * The chat request: the system message, or a stored one in place of it, the history, and the rest
   * of the messages.
   *
   * @param system null where the caller's stands
   * @param reasoning whether what a model thought is sent; in a tool round whose results come it is
   *     sent anyway
   */
  byte[] bodyWith(List<Message> history, Message system, boolean reasoning) {
    SentMessages sent = new SentMessages();
    if (system != null) {
      sent.add(system.sentJson(reasoning));
    }
    int own = 0;
    while (own < messages.size() && messages.get(own).isSystem()) {
      if (system == null) {
        sent.add(messages.get(own).wireJson());
      }
      own++;
    }
    int round = ToolRound.from(history, messages);
    for (int i = 0; i < history.size(); i++) {
      sent.add(history.get(i).sentJson(reasoning || i >= round));
    }
    int ownRound = ToolRound.atEnd(messages);
    for (; own < messages.size(); own++) {
      sent.addOwn(messages.get(own), reasoning || own >= ownRound);
    }
    JsonRope body = new JsonRope().ascii("{");
    if (model != null) {
      body.ascii("\"model\":").quote(model).ascii(",");
    }
    body.ascii("\"messages\":").add(sent.end());
    tools.addTo(body);
    return fields.addTo(body).ascii("}").toBytes();
  }
}
