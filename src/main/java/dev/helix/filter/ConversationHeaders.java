package dev.helix.filter;

import dev.helix.http.HeaderValues;
import dev.helix.http.InvalidRequestException;
import dev.helix.http.Placeholder;
import dev.helix.transcript.MessageIds;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;

/**
 * The headers that name a conversation, the strongest first, and what else headers say of a request
 * (specification sections 1, 4, 5 and 7). Immutable.
 */
record ConversationHeaders(List<String> names) {
  private static final String OPEN_WEB_UI = "x-openwebui-";
  private static final String TASK = "X-OpenWebUI-Task";
  private static final String QUESTION = "X-OpenWebUI-User-Message-Id";
  private static final String PARENT = "X-OpenWebUI-User-Message-Parent-Id";
  private static final String ANSWER = "X-OpenWebUI-Message-Id";

  ConversationHeaders {
    names = List.copyOf(names);
  }

  /**
   * What the headers say; of those with an id the first with a value decides.
   *
   * @throws InvalidRequestException if that value cannot be a conversation id: nothing is stored
   */
  Conversation read(HttpServletRequest request) throws InvalidRequestException {
    String task = task(request);
    for (String name : names) {
      List<String> values = HeaderValues.of(request, name);
      if (!values.isEmpty()) {
        return conversation(name, values, task, messageIds(request));
      }
    }
    return new Conversation(null, null, task);
  }

  /** Whether a header says whether this is a background prompt or, where it is empty, a turn. */
  static boolean sayKind(HttpServletRequest request) {
    String task = request.getHeader(TASK);
    return task != null && !Placeholder.is(task.strip());
  }

  /** Whether Open WebUI sent the request, be it without any chat's id. */
  static boolean areOfOpenWebUi(HttpServletRequest request) {
    Enumeration<String> names = request.getHeaderNames();
    while (names != null && names.hasMoreElements()) {
      if (names.nextElement().toLowerCase(Locale.ROOT).startsWith(OPEN_WEB_UI)) {
        return true;
      }
    }
    return false;
  }

  /** A template that was not filled in says nothing. */
  private static String task(HttpServletRequest request) {
    return HeaderValues.of(request, TASK).stream()
        .findFirst()
        .filter(task -> !Placeholder.is(task))
        .orElse(null);
  }

  private static Conversation conversation(
      String name, List<String> values, String task, MessageIds messageIds)
      throws InvalidRequestException {
    String echo = values.get(0);
    String id = HeaderValues.decode(echo);
    if (values.size() > 1) {
      throw IdRules.refused(name, "The header " + name + " was given more than once.");
    }
    IdRules.check(id, name, "The header " + name);
    return new Conversation(id, echo, task, messageIds);
  }

  /** The client's ids for the turn's messages, of a conversation that is named anywhere. */
  static MessageIds messageIds(HttpServletRequest request) {
    return new MessageIds(
        messageId(request, QUESTION), messageId(request, PARENT), messageId(request, ANSWER));
  }

  /** An id that could not name a conversation is a hint worth nothing, and so absent. */
  private static String messageId(HttpServletRequest request, String name) {
    List<String> values = HeaderValues.of(request, name);
    String id = values.size() == 1 ? HeaderValues.decode(values.get(0)) : null;
    return id == null || !IdRules.isId(id) ? null : id;
  }
}
