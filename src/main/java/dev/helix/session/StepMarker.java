package dev.helix.session;

import dev.helix.transcript.Answer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The marker at an answer's end that says what comes next, such as {@code <!-- STEP: why -->}. It
 * is for reading, never for control. Specification section 2.
 */
final class StepMarker {
  private static final Pattern MARKER =
      Pattern.compile("<!--\\s*STEP:\\s*([A-Za-z]+)\\s*-->\\s*\\z");
  private static final int LONGEST = 200;

  private StepMarker() {}

  /** The step that the first marked answer names. */
  static Optional<Step> in(List<Answer> answers) {
    return answers.stream().flatMap(answer -> in(answer.message().text()).stream()).findFirst();
  }

  static Optional<Step> in(String answer) {
    String end = answer.substring(Math.max(0, answer.length() - LONGEST));
    Matcher marker = MARKER.matcher(end);
    return marker.find()
        ? Step.ofWireName(marker.group(1).toLowerCase(Locale.ROOT))
        : Optional.empty();
  }
}
