package dev.helix.session;

import dev.helix.text.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The name of a session, which is also its folder's name. Immutable.
 *
 * <p>The formulas are those of sections 1 and 7 of the specification. Which of a conversation's
 * forms is its session is decided by {@link SessionManager}, which looks at what is stored: two
 * conversation ids never share a session, whatever their forms look like.
 *
 * @param value 1 to 200 of {@code A-Z a-z 0-9 _ -}
 */
public record SessionId(String value) {
  private static final Pattern VALID = Pattern.compile("[A-Za-z0-9_-]{1,200}");
  private static final Pattern PLAIN = Pattern.compile("[a-z0-9_-]{1,59}");
  private static final Pattern WHITE_SPACE = Pattern.compile("\\p{IsWhite_Space}+");
  private static final Pattern NEITHER_WORD_NOR_SPACE =
      Pattern.compile("[^a-z0-9\\p{IsWhite_Space}]+");

  /** What is no part of a safe form. */
  private static final Pattern UNSAFE = Pattern.compile("[^a-z0-9_]+");

  /** What the original's rule lost, and the one before that. */
  private static final Pattern LOST = Pattern.compile("[^A-Za-z0-9]+");

  private static final Pattern LOST_BEFORE = Pattern.compile("[^A-Za-z0-9_]+");
  private static final Pattern AT_THE_ENDS = Pattern.compile("^-|-\\z");
  private static final int SAFE_LENGTH = 59;
  private static final int WORDS_LENGTH = 40;
  private static final int HASHED_CODE_POINTS = 200;

  public SessionId {
    Objects.requireNonNull(value, "value");
    if (!VALID.matcher(value).matches()) {
      throw new IllegalArgumentException("not a session id");
    }
  }

  /** The id of this name; empty where it is not fit to be one. */
  public static Optional<SessionId> ofName(String name) {
    return VALID.matcher(name).matches() ? Optional.of(new SessionId(name)) : Optional.empty();
  }

  /**
   * The first form of a conversation's session: {@code conv-} and the id where it is made only of
   * {@code a-z 0-9 - _} and at most 59 long, else its safe form and 16 digits of its hash.
   */
  public static SessionId forConversation(String conversationId) {
    return PLAIN.matcher(conversationId).matches()
        ? new SessionId("conv-" + conversationId)
        : hashed(conversationId, 16);
  }

  /**
   * The session of a client that names no conversation: the first three words of its first user
   * message and 12 digits of a hash. The same message always gives the same id.
   */
  public static SessionId forFirstMessage(String firstMessage) {
    String kept = NEITHER_WORD_NOR_SPACE.matcher(lower(firstMessage)).replaceAll("");
    String words =
        WHITE_SPACE
            .splitAsStream(kept)
            .filter(word -> !word.isEmpty())
            .limit(3)
            .collect(Collectors.joining("-"));
    String name = words.isEmpty() ? "session" : cut(words, WORDS_LENGTH);
    int codePoints = firstMessage.codePointCount(0, firstMessage.length());
    int end = firstMessage.offsetByCodePoints(0, Math.min(codePoints, HASHED_CODE_POINTS));
    return new SessionId(
        name + "-" + sha256("helix-session:" + firstMessage.substring(0, end), 12));
  }

  /** A fresh id that nobody else has: {@code session-} and 32 random hex digits. */
  public static SessionId random() {
    byte[] bytes = new byte[16];
    new SecureRandom().nextBytes(bytes);
    return new SessionId("session-" + HexFormat.of().formatHex(bytes));
  }

  /**
   * The forms that a conversation's session may have, in the order in which they are tried. The
   * last is no form of any other id, so that nobody can take them all.
   */
  static List<SessionId> conversationForms(String conversationId) {
    Set<SessionId> forms = new LinkedHashSet<>();
    forms.add(forConversation(conversationId));
    forms.add(hashed(conversationId, 16));
    forms.add(hashed(conversationId, 32));
    // 64 digits in a row: longer than any id is taken as it is, and no safe form has no hyphen.
    forms.add(new SessionId("conv-" + sha256(conversationId, 64)));
    return List.copyOf(forms);
  }

  /**
   * The forms in which the original may have stored the conversation. Different conversations share
   * them, so only a session that names this very conversation counts.
   */
  static List<SessionId> legacyForms(String conversationId) {
    Set<SessionId> forms = new LinkedHashSet<>();
    forms.add(lossy(conversationId, LOST));
    forms.add(lossy(conversationId, LOST_BEFORE));
    return List.copyOf(forms);
  }

  /**
   * The forms that a first message's session may have, in the order in which they are tried. The
   * last is no form of anything else.
   */
  static List<SessionId> firstMessageForms(String firstMessage) {
    String first = forFirstMessage(firstMessage).value();
    return List.of(
        new SessionId(first),
        new SessionId(first + "-" + sha256(firstMessage, 16)),
        new SessionId(first + "-" + sha256(firstMessage, 32)),
        new SessionId(first + "-" + sha256(firstMessage, 64)));
  }

  private static SessionId hashed(String conversationId, int digits) {
    String safe = cut(hyphened(lower(conversationId), UNSAFE), SAFE_LENGTH);
    String hash = sha256(conversationId, digits);
    return new SessionId("conv-" + (safe.isEmpty() ? hash : safe + "-" + hash));
  }

  private static SessionId lossy(String conversationId, Pattern lost) {
    String safe = hyphened(conversationId, lost);
    return new SessionId("conv-" + cut(safe.isEmpty() ? "session" : safe, SAFE_LENGTH));
  }

  /** The text with a hyphen in place of each run of what is lost or a hyphen, but at the ends. */
  private static String hyphened(String text, Pattern lost) {
    return AT_THE_ENDS.matcher(lost.matcher(text).replaceAll("-")).replaceAll("");
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length);
  }

  private static String sha256(String text, int digits) {
    byte[] hash = Sha256.of(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(hash).substring(0, digits);
  }

  @Override
  public String toString() {
    return value;
  }
}
