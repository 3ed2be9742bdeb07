package dev.helix.session;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The audit log, {@code dev.helix.audit}: a line for each deed of a {@link Viewer}, before it is
 * answered. It has no text of a session. Thread-safe.
 */
record Audit(Viewer viewer) {
  private static final Logger LOG = System.getLogger("dev.helix.audit");

  /** What can be written as it is. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._:@/+-]+");

  /** What would end or forge a line, or turn its direction; and halves of characters. */
  private static final Pattern ESCAPED =
      Pattern.compile(
          "[\"\\\\\\p{Cc}\\p{Cs}\\x{61C}\\x{200E}\\x{200F}\\x{2028}-\\x{202E}\\x{2066}-\\x{2069}]");

  /**
   * Writes a line.
   *
   * @param what the deed
   * @param about what it was done to, such as {@code session=conv-a}
   * @param result how it ended
   */
  void log(String what, String about, String result) {
    Owner owner = viewer.owner();
    LOG.log(
        Level.INFO,
        () ->
            "tenant="
                + value(owner.tenant())
                + " user="
                + value(owner.user())
                + " role="
                + viewer.role().name().toLowerCase(Locale.ROOT)
                + " from="
                + value(viewer.from())
                + " did="
                + what
                + " "
                + about
                + " result="
                + result);
  }

  /** A value as a line has it: in quotes, unless it is plain; {@code -} for null. */
  static String value(Object any) {
    if (any == null) {
      return "-";
    }
    String text = any.toString();
    if (PLAIN.matcher(text).matches() && !text.equals("-")) {
      return text;
    }
    return '"'
        + ESCAPED
            .matcher(text)
            .replaceAll(
                found ->
                    Matcher.quoteReplacement(
                        String.format(Locale.ROOT, "\\u%04x", found.group().codePointAt(0))))
        + '"';
  }
}
