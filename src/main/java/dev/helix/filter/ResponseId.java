package dev.helix.filter;

import dev.helix.session.OwnAliases;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.text.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The id of a response, which says in which session it is: {@code resp_}, a letter for the form,
 * digits for the session and 16 hex digits for the node of the answer. Immutable.
 *
 * <ul>
 *   <li>{@code s}: the digits of a session {@code session-…}, whose owner's hash is left out.
 *   <li>{@code u}: a conversation id that is a UUID in lower case, without its hyphens.
 *   <li>{@code c}: those of a conversation id {@code conv_…} that is made here.
 *   <li>{@code a}, {@code b}: another conversation id, where it is short: at most 36 of {@code A-Z
 *       a-z 0-9 _ -}, or at most 26 bytes of UTF-8. It has 42 digits to the base 36.
 *   <li>{@code x}: the beginning of SHA-256 over any other conversation id. Its session is found by
 *       the {@linkplain OwnAliases alias} that it was given with its first response.
 * </ul>
 *
 * An id is no key: who asks must be the session's owner.
 *
 * @param value 54 characters of {@code a-z 0-9 _}, or 64 of the forms {@code a} and {@code b}
 */
public record ResponseId(String value) {
  private static final Pattern VALID =
      Pattern.compile("resp_(?:[scux][0-9a-f]{32}|[ab][0-9a-z]{42})[0-9a-f]{16}");
  private static final Pattern RANDOM = Pattern.compile("session-([0-9a-f]{32})(-[0-9a-f]{16})?");
  private static final String MADE = "conv_";
  private static final Pattern MADE_HERE = Pattern.compile(MADE + "[0-9a-f]{32}");
  private static final Pattern UUID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  private static final Pattern ENDS_IN_UUID =
      Pattern.compile("(?:.*-)?(" + UUID + ")", Pattern.DOTALL);
  private static final int FORM = 5;
  private static final int SESSION = 6;
  private static final int NODE_DIGITS = 16;

  public ResponseId {
    if (!VALID.matcher(value).matches()) {
      throw new IllegalArgumentException("not a response's id");
    }
  }

  /** The id that a text is; empty where it is none of ours, or null. */
  public static Optional<ResponseId> parse(String text) {
    return text != null && VALID.matcher(text).matches()
        ? Optional.of(new ResponseId(text))
        : Optional.empty();
  }

  /**
   * The id of the response that a node of a session's transcript is. The same two always give the
   * same id.
   *
   * @param node the node's id. Where it ends in a UUID in lower case, the id ends in that one's
   *     last 16 digits, else in digits of its hash
   */
  public static ResponseId of(SessionState session, String node) {
    String conversation = session.conversationId();
    Matcher random = RANDOM.matcher(session.sessionId().value());
    String form;
    if (conversation != null) {
      form = form(conversation);
    } else {
      // A session of a first message is not found by an id.
      form = random.matches() ? "s" + random.group(1) : "x" + hash(session.sessionId().value());
    }
    Matcher uuid = ENDS_IN_UUID.matcher(node);
    String digits = uuid.matches() ? uuid.group(1).replace("-", "") : hash(node);
    return new ResponseId("resp_" + form + digits.substring(16));
  }

  private static String form(String conversation) {
    if (MADE_HERE.matcher(conversation).matches()) {
      return "c" + conversation.substring(MADE.length());
    }
    return isUuid(conversation)
        ? "u" + conversation.replace("-", "")
        : ShortNames.encode(conversation).orElseGet(() -> "x" + OwnAliases.digits(conversation));
  }

  /** A conversation id that nobody else has, as the Conversations API makes them. */
  static String newConversation() {
    return MADE + java.util.UUID.randomUUID().toString().replace("-", "");
  }

  /** The last 16 hex digits, which say the answer's node. */
  public String nodeEnd() {
    return value.substring(value.length() - NODE_DIGITS);
  }

  char form() {
    return value.charAt(FORM);
  }

  /** The name of the session without what it has for an owner, of the form {@code s}. */
  SessionId session() {
    return new SessionId("session-" + digits());
  }

  /** The conversation id that stands in this; empty where none does. */
  Optional<String> conversation() {
    String digits = digits();
    return switch (form()) {
      case 'c' -> Optional.of(MADE + digits);
      case 'u' ->
          Optional.of(
              String.join(
                  "-",
                  digits.substring(0, 8),
                  digits.substring(8, 12),
                  digits.substring(12, 16),
                  digits.substring(16, 20),
                  digits.substring(20)));
      case 'a', 'b' ->
          ShortNames.decode(form() + digits).filter(name -> IdRules.isId(name) && isOther(name));
      default -> Optional.empty();
    };
  }

  /** Whether this is of a conversation, of the form {@code x}. */
  boolean isOf(String conversationId) {
    return digits().equals(OwnAliases.digits(conversationId));
  }

  /** The digits that say the session. */
  String digits() {
    return value.substring(SESSION, value.length() - NODE_DIGITS);
  }

  /** Whether an id is of no form of its own. */
  private static boolean isOther(String conversation) {
    return !isUuid(conversation) && !MADE_HERE.matcher(conversation).matches();
  }

  private static boolean isUuid(String text) {
    return UUID.matcher(text).matches();
  }

  private static String hash(String text) {
    byte[] hash = Sha256.of(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(hash, 0, 16);
  }

  @Override
  public String toString() {
    return value;
  }
}
