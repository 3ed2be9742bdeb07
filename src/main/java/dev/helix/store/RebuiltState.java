package dev.helix.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.message.Message;
import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStatus;
import dev.helix.session.Step;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A state that is unreadable, made anew of what else is kept of its session. No state. */
public final class RebuiltState {
  private static final String CONVERSATION = "conv-";

  /** Names that may be made of another id, or be an owner's. */
  private static final Pattern HASHED = Pattern.compile("(.*-)?([0-9a-f]{16}){1,2}");

  private RebuiltState() {}

  /** The conversation of nobody's whose session has this name, where that leaves no doubt. */
  public static Optional<String> conversation(SessionId id) {
    return spelled(id).filter(rest -> !HASHED.matcher(rest).matches());
  }

  /** The id that a name spells out, which may be that of another conversation all the same. */
  public static Optional<String> spelled(SessionId id) {
    String name = id.value();
    String rest = name.startsWith(CONVERSATION) ? name.substring(CONVERSATION.length()) : "";
    return !rest.isEmpty() && SessionId.forConversation(rest).equals(id)
        ? Optional.of(rest)
        : Optional.empty();
  }

  /** The state of nobody's session of which name and elements leave no doubt whose it is. */
  public static Optional<SessionState> ofNobody(
      SessionId id, List<Message> elements, String request) {
    // Those that others wrote have names of which others' ids are made too.
    if (elements.isEmpty() || elements.get(0).id() == null) {
      return Optional.empty();
    }
    Optional<String> conversation = conversation(id);
    boolean ofFirstMessage =
        asked(elements)
            .filter(first -> SessionId.forFirstMessage(first.firstMessageText()).equals(id))
            .isPresent();
    return conversation.isPresent() || ofFirstMessage
        ? Optional.of(of(id, conversation.orElse(null), Owner.ANONYMOUS, elements, request))
        : Optional.empty();
  }

  /**
   * The state of a session of which it is known whose it is.
   *
   * @param request the original request, where that is kept; null for the first question
   */
  public static SessionState of(
      SessionId id, String conversationId, Owner owner, List<Message> elements, String request) {
    Instant created = elements.isEmpty() ? null : elements.get(0).timestamp();
    Instant updated = elements.isEmpty() ? null : elements.get(elements.size() - 1).timestamp();
    return new SessionState(
        id,
        SessionStatus.DISCUSSING,
        step(elements),
        created == null ? Instant.EPOCH : created,
        updated == null ? Instant.EPOCH : updated,
        request != null ? request : asked(elements).map(Message::text).orElse(null),
        null,
        conversationId,
        owner);
  }

  /** What a {@code request.md} says; null where that is none. */
  public static String request(byte[] file) {
    String text = file == null ? "" : new String(file, UTF_8);
    return text.startsWith(RequestFile.HEAD) ? text.substring(RequestFile.HEAD.length()) : null;
  }

  private static Optional<Message> asked(List<Message> elements) {
    return elements.stream()
        .filter(element -> element.role().equals("user") && !element.isErased())
        .findFirst();
  }

  private static Step step(List<Message> elements) {
    Step step = Step.WHAT;
    for (Message element : elements) {
      if (element.isAssistant()) {
        step = Step.markedIn(element.text()).orElse(step);
      }
    }
    return step;
  }
}
