package dev.helix.openai.chat;

import dev.helix.http.InvalidRequestException;
import dev.helix.message.Message;
import dev.helix.openai.request.ToolRound;
import dev.helix.text.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * The body of a chat request, read once and checked. Its messages share the body's bytes; what the
 * endpoint does not know is left as it is for the upstream. Immutable.
 */
final class ChatRequest {
  private static final byte[] OPEN = {'['};
  private static final byte[] CLOSE = {']'};
  private static final byte[] COMMA = {','};

  private final byte[] body;
  private final List<Message> messages;
  private final boolean stream;
  private final int choices;
  private final int messagesFrom;
  private final int messagesTo;

  /** Where the backend finds other bytes than the caller has sent, besides the messages. */
  private final List<BodyEdit> edits;

  /** Where the caller names no model: where its field is to stand, as null or not at all. */
  private final BodyEdit noModel;

  ChatRequest(ChatRequestReader read) {
    this.body = read.body();
    this.messages = List.copyOf(read.messages());
    this.stream = read.stream();
    this.choices = read.choices();
    this.messagesFrom = read.messagesFrom();
    this.messagesTo = read.messagesTo();
    this.edits = List.of();
    this.noModel = read.noModel();
  }

  private ChatRequest(ChatRequest other, List<BodyEdit> edits, BodyEdit noModel) {
    this.body = other.body;
    this.messages = other.messages;
    this.stream = other.stream;
    this.choices = other.choices;
    this.messagesFrom = other.messagesFrom;
    this.messagesTo = other.messagesTo;
    this.edits = List.copyOf(edits);
    this.noModel = noModel;
  }

  /** Reads a body, which must not be changed afterwards. */
  static ChatRequest parse(byte[] body) throws InvalidRequestException {
    return new ChatRequest(ChatRequestReader.read(body));
  }

  boolean stream() {
    return stream;
  }

  /** How many choices the caller wants; 1 where it does not say. */
  int choices() {
    return choices;
  }

  List<Message> messages() {
    return messages;
  }

  /** Whether the caller names a model. */
  boolean namesModel() {
    return noModel == null;
  }

  /** This request with a model where the caller names none. */
  ChatRequest withModel(String model) {
    byte[] name = Json.utf8(Json.quote(model));
    List<byte[]> pieces = new ArrayList<>(noModel.instead());
    // Without the field there are pieces around its value, else nothing.
    pieces.add(pieces.isEmpty() ? 0 : 1, name);
    return with(new BodyEdit(noModel.from(), noModel.to(), pieces), null);
  }

  /** This request without a field of its metadata, which was the conversation's id. */
  ChatRequest withoutMetadata(String field) {
    return MetadataCut.of(body, field).map(edit -> with(edit, noModel)).orElse(this);
  }

  private ChatRequest with(BodyEdit edit, BodyEdit stillNoModel) {
    List<BodyEdit> all = new ArrayList<>(edits);
    all.add(edit);
    return new ChatRequest(this, all, stillNoModel);
  }

  /**
   * The body with a history, and a system message in place of the caller's or null for none.
   *
   * @param reasoning whether what a model thought is sent with the history; in a tool round whose
   *     results come it is sent anyway
   */
  byte[] bodyWith(List<Message> history, Message stored, boolean reasoning) {
    if (history.isEmpty() && stored == null) {
      return BodyEdit.apply(body, edits);
    }
    List<byte[]> system = new ArrayList<>();
    List<byte[]> own = new ArrayList<>();
    for (Message message : messages) {
      (message.isSystem() && own.isEmpty() ? system : own).add(message.wireJson());
    }
    if (stored != null) {
      system = List.of(stored.sentJson(reasoning));
    }
    int round = ToolRound.from(history, messages);
    List<byte[]> sent = new ArrayList<>();
    for (Message message : history) {
      sent.add(message.sentJson(reasoning || sent.size() >= round));
    }
    List<byte[]> pieces = new ArrayList<>();
    for (List<byte[]> part : List.of(system, sent, own)) {
      for (byte[] json : part) {
        pieces.add(pieces.isEmpty() ? OPEN : COMMA);
        pieces.add(json);
      }
    }
    pieces.add(CLOSE);
    List<BodyEdit> all = new ArrayList<>(edits);
    all.add(new BodyEdit(messagesFrom, messagesTo, pieces));
    return BodyEdit.apply(body, all);
  }
}
