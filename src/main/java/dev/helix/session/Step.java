package dev.helix.session;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a session is working on. It is read from answers for display and controls nothing.
 * Specification section 2.
 */
public enum Step {
  WHAT,
  WHY,
  CONSTRAINTS,
  GENERATE,
  FINALIZE,
  DONE;

  private static final Pattern MARKER =
      Pattern.compile("<!--\\s*STEP:\\s*([A-Za-z]+)\\s*-->\\s*\\z");
  private static final int LONGEST_MARKER = 200;

  /** The name in {@code status.json} and in an answer's marker, in lower case. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The step of a wire name; empty for any other text and for null. */
  public static Optional<Step> ofWireName(String name) {
    return Arrays.stream(values()).filter(step -> step.wireName().equals(name)).findFirst();
  }

  /**
   * The step that the marker at an answer's end names, such as {@code <!-- STEP: why -->}; empty
   * where there is none.
   */
  public static Optional<Step> markedIn(String answer) {
    String end = answer.substring(Math.max(0, answer.length() - LONGEST_MARKER));
    Matcher marker = MARKER.matcher(end);
    return marker.find() ? ofWireName(marker.group(1).toLowerCase(Locale.ROOT)) : Optional.empty();
  }
}
