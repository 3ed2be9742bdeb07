package dev.helix.filter;

import dev.helix.transcript.MessageIds;
import jakarta.servlet.ServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * What a request says of its conversation. It is the request attribute {@code
 * dev.helix.filter.Conversation} of every request behind {@link ConversationFilter}. Immutable.
 *
 * @param id the caller's conversation id, decoded, 1 to 512 code points; null when it gave none
 * @param echo the id with the bytes that came, one char each, to be sent back; null when {@code id}
 *     is
 * @param task the name of the background prompt that this request is, such as {@code
 *     title_generation}: the value of {@code X-OpenWebUI-Task}, or {@value #DETECTED} where the
 *     prompt is known by its shape. Null for every other request
 * @param messageIds the client's ids for the turn's messages; {@link MessageIds#NONE} where it
 *     names no conversation
 * @param field the field of the request's body that had the id, such as {@code
 *     metadata.conversation_id}; null where the id came in another way
 */
public record Conversation(
    String id, String echo, String task, MessageIds messageIds, String field) {
  /** The name of a background prompt that no header names. */
  public static final String DETECTED = "detected";

  public Conversation {
    if ((id == null) != (echo == null)) {
      throw new IllegalArgumentException("an id has an echo and an echo has an id");
    }
    if ((id != null && id.isEmpty()) || (task != null && task.isEmpty())) {
      throw new IllegalArgumentException("empty is absent");
    }
    if (field != null && id == null) {
      throw new IllegalArgumentException("a field that had no id");
    }
    Objects.requireNonNull(messageIds, "messageIds");
  }

  /** A conversation whose id was in no field of the body. */
  public Conversation(String id, String echo, String task, MessageIds messageIds) {
    this(id, echo, task, messageIds, null);
  }

  /** A conversation whose client gives its messages no ids. */
  public Conversation(String id, String echo, String task) {
    this(id, echo, task, MessageIds.NONE);
  }

  /**
   * The conversation of a request.
   *
   * @throws NullPointerException if the request did not pass a {@link ConversationFilter}
   */
  public static Conversation of(ServletRequest request) {
    return (Conversation)
        Objects.requireNonNull(
            request.getAttribute(Conversation.class.getName()), "not behind a ConversationFilter");
  }

  /** This with an id that no header had. */
  Conversation named(String newId, MessageIds ids, String newField) {
    // As the bytes of a header would be, one char for each.
    String bytes = new String(newId.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    return new Conversation(newId, bytes, task, ids, newField);
  }

  /** This as a background prompt that no header names. */
  Conversation detected() {
    return new Conversation(id, echo, DETECTED, messageIds, field);
  }

  /** Whether the chat is a temporary one, of which nothing is kept (specification section 5). */
  public boolean temporary() {
    return id != null && isTemporary(id);
  }

  /** Whether a chat of this id is a temporary one. */
  static boolean isTemporary(String conversationId) {
    return conversationId.startsWith("temporary:") || conversationId.startsWith("local:");
  }

  /** Whether this request may be a turn: no background prompt and no part of a temporary chat. */
  public boolean isTurn() {
    return task == null && !temporary();
  }
}
