package dev.helix.filter;

import dev.helix.transcript.MessageIds;
import jakarta.servlet.ServletRequest;
import java.util.Objects;

/**
 * What a request says of its conversation: the request attribute {@code
 * dev.helix.filter.Conversation} on every request behind {@link ConversationFilter}. Immutable.
 *
 * @param id the caller's conversation id, decoded, 1 to 512 code points; null when it gave none
 * @param echo the id as the container gave it, so that sending it back sends the bytes that came;
 *     null when {@code id} is
 * @param task the utility task this request is, such as {@code title_generation}, from {@code
 *     X-OpenWebUI-Task}, or {@value #DETECTED} where the prompt's shape says so; null for
 *     everything else
 * @param messageIds what the client calls the turn's messages; {@link MessageIds#NONE} where it
 *     names no conversation, since ids mean something only within one
 */
public record Conversation(String id, String echo, String task, MessageIds messageIds) {
  /** The name of a task that no header names. */
  public static final String DETECTED = "detected";

  public Conversation {
    if ((id == null) != (echo == null)) {
      throw new IllegalArgumentException("an id has an echo and an echo has an id");
    }
    if ((id != null && id.isEmpty()) || (task != null && task.isEmpty())) {
      throw new IllegalArgumentException("empty is absent");
    }
    Objects.requireNonNull(messageIds, "messageIds");
  }

  /** A conversation whose client gives its messages no ids. */
  public Conversation(String id, String echo, String task) {
    this(id, echo, task, MessageIds.NONE);
  }

  /** This conversation's task that was known by its prompt's shape. */
  Conversation asDetectedTask() {
    return new Conversation(id, echo, DETECTED, messageIds);
  }

  /** The conversation of a request, as its attribute says. */
  public static Conversation of(ServletRequest request) {
    return (Conversation)
        Objects.requireNonNull(
            request.getAttribute(Conversation.class.getName()), "not behind a ConversationFilter");
  }

  /** Whether the chat is a temporary one, of which nothing is kept (specification section 5). */
  public boolean temporary() {
    return id != null && (id.startsWith("temporary:") || id.startsWith("local:"));
  }

  /** Whether this request may be a turn: neither a utility task nor part of a temporary chat. */
  public boolean isTurn() {
    return task == null && !temporary();
  }
}
