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
    String kept =
        firstMessage
            .toLowerCase(Locale.ROOT)
            .codePoints()
            .filter(c -> isAsciiLetterOrDigit(c) || isWhiteSpace(c))
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
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

  /** The forms that a conversation's session may have, in the order in which they are tried. */
  static List<SessionId> conversationForms(String conversationId) {
    Set<SessionId> forms = new LinkedHashSet<>();
    forms.add(forConversation(conversationId));
    forms.add(hashed(conversationId, 16));
    forms.add(hashed(conversationId, 32));
    return List.copyOf(forms);
  }

  /**
   * The forms in which the original may have stored the conversation. Different conversations share
   * them, so only a session that names this very conversation counts.
   */
  static List<SessionId> legacyForms(String conversationId) {
    Set<SessionId> forms = new LinkedHashSet<>();
    forms.add(lossy(conversationId, false));
    forms.add(lossy(conversationId, true));
    return List.copyOf(forms);
  }

  /** The forms that a first message's session may have, in the order in which they are tried. */
  static List<SessionId> firstMessageForms(String firstMessage) {
    String first = forFirstMessage(firstMessage).value();
    return List.of(
        new SessionId(first),
        new SessionId(first + "-" + sha256(firstMessage, 16)),
        new SessionId(first + "-" + sha256(firstMessage, 32)));
  }

  private static SessionId hashed(String conversationId, int digits) {
    String lower = conversationId.toLowerCase(Locale.ROOT);
    StringBuilder mapped = new StringBuilder(lower.length());
    lower.chars().forEach(c -> mapped.append(isAsciiLetterOrDigit(c) || c == '_' ? (char) c : '-'));
    String safe = cut(collapse(mapped), SAFE_LENGTH);
    String hash = sha256(conversationId, digits);
    return new SessionId("conv-" + (safe.isEmpty() ? hash : safe + "-" + hash));
  }

  private static SessionId lossy(String conversationId, boolean keepsUnderscore) {
    StringBuilder mapped = new StringBuilder(conversationId.length());
    conversationId
        .chars()
        .forEach(
            c -> {
              boolean kept =
                  isAsciiLetterOrDigit(c)
                      || (c >= 'A' && c <= 'Z')
                      || (c == '_' && keepsUnderscore);
              mapped.append(kept ? (char) c : '-');
            });
    String safe = collapse(mapped);
    return new SessionId("conv-" + cut(safe.isEmpty() ? "session" : safe, SAFE_LENGTH));
  }

  /** Runs of hyphens become one, and the ends lose theirs. */
  private static String collapse(CharSequence mapped) {
    StringBuilder out = new StringBuilder(mapped.length());
    for (int i = 0; i < mapped.length(); i++) {
      char c = mapped.charAt(i);
      if (c != '-' || (out.length() > 0 && out.charAt(out.length() - 1) != '-')) {
        out.append(c);
      }
    }
    if (out.length() > 0 && out.charAt(out.length() - 1) == '-') {
      out.setLength(out.length() - 1);
    }
    return out.toString();
  }

  private static boolean isAsciiLetterOrDigit(int c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }

  /** Unicode's White_Space property. */
  private static boolean isWhiteSpace(int c) {
    return switch (c) {
      case 0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
      default -> (c >= 0x09 && c <= 0x0D) || (c >= 0x2000 && c <= 0x200A);
    };
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
