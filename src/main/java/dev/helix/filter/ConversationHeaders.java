package dev.helix.filter;

import dev.helix.transcript.MessageIds;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;

/**
 * The headers that name a conversation, the strongest first, and what else headers say of a request
 * (specification sections 1, 4, 5 and 7). Immutable.
 */
public record ConversationHeaders(List<String> names) {
  private static final String TASK = "X-OpenWebUI-Task";
  private static final String QUESTION = "X-OpenWebUI-User-Message-Id";
  private static final String PARENT = "X-OpenWebUI-User-Message-Parent-Id";
  private static final String ANSWER = "X-OpenWebUI-Message-Id";
  private static final int MOST_CODE_POINTS = 512;

  public ConversationHeaders {
    names = List.copyOf(names);
  }

  /**
   * What the headers say. The first header with a non-empty value decides; weaker ones are not
   * looked at.
   *
   * @throws InvalidConversationIdException if its value is repeated, too long or has control
   *     characters
   */
  Conversation read(HttpServletRequest request) {
    String task = task(request);
    for (String name : names) {
      List<String> values = values(request, name);
      if (!values.isEmpty()) {
        return conversation(name, values, task, messageIds(request));
      }
    }
    return new Conversation(null, null, task);
  }

  /** Whether a header says what kind of request this is: a task, or, where it is empty, a turn. */
  static boolean sayKind(HttpServletRequest request) {
    return request.getHeader(TASK) != null;
  }

  private static Conversation conversation(
      String name, List<String> values, String task, MessageIds messageIds) {
    if (values.size() > 1) {
      throw new InvalidConversationIdException(name, "was given more than once");
    }
    String echo = values.get(0);
    String id = decode(echo);
    if (isTooLong(id)) {
      throw new InvalidConversationIdException(
          name, "is longer than " + MOST_CODE_POINTS + " characters");
    }
    if (hasControls(id)) {
      throw new InvalidConversationIdException(name, "has control characters");
    }
    return new Conversation(id, echo, task, messageIds);
  }

  private static String task(HttpServletRequest request) {
    List<String> values = values(request, TASK);
    return values.isEmpty() ? null : values.get(0);
  }

  private static MessageIds messageIds(HttpServletRequest request) {
    return new MessageIds(
        messageId(request, QUESTION), messageId(request, PARENT), messageId(request, ANSWER));
  }

  /** An id that could not name a conversation is a hint worth nothing, and so absent. */
  private static String messageId(HttpServletRequest request, String name) {
    List<String> values = values(request, name);
    if (values.size() != 1) {
      return null;
    }
    String id = decode(values.get(0));
    return isTooLong(id) || hasControls(id) ? null : id;
  }

  private static boolean isTooLong(String id) {
    return id.length() > MOST_CODE_POINTS && id.codePointCount(0, id.length()) > MOST_CODE_POINTS;
  }

  private static boolean hasControls(String id) {
    for (int i = 0; i < id.length(); i++) {
      if (Character.isISOControl(id.charAt(i))) {
        return true;
      }
    }
    return false;
  }

  /** The header's values without the empty ones. */
  public static List<String> values(HttpServletRequest request, String name) {
    Enumeration<String> all = request.getHeaders(name);
    List<String> values = List.of();
    while (all.hasMoreElements()) {
      String value = trim(all.nextElement());
      if (!value.isEmpty()) {
        values = values.isEmpty() ? List.of(value) : and(values, value);
      }
    }
    return values;
  }

  private static List<String> and(List<String> values, String another) {
    List<String> all = new ArrayList<>(values);
    all.add(another);
    return all;
  }

  /** Without the optional white space around a field value (RFC 9110 section 5.5). */
  private static String trim(String value) {
    int start = 0;
    int end = value.length();
    while (start < end && isBlank(value.charAt(start))) {
      start++;
    }
    while (end > start && isBlank(value.charAt(end - 1))) {
      end--;
    }
    return value.substring(start, end);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  /**
   * A header value as UTF-8 where it is that, else as Latin-1. Containers give one char per byte; a
   * value with any other char was decoded by the container already.
   */
  public static String decode(String value) {
    int all = 0;
    for (int i = 0; i < value.length(); i++) {
      all |= value.charAt(i);
    }
    if (all < 0x80 || all > 0xFF) {
      return value;
    }
    byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException notUtf8) {
      return value;
    }
  }
}
