package dev.helix.config;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The one error for settings that cannot be used. Its message lists every bad key with the source
 * it came from, the value unless that is secret, and what is allowed.
 */
public final class InvalidSettingsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  InvalidSettingsException(List<Problem> problems) {
    super(
        problems.stream()
            .map(problem -> "\n  " + problem)
            .collect(Collectors.joining("", headline(problems.size()), "")));
    this.problems = List.copyOf(problems);
  }

  /** All that is wrong, in the order the settings were read; never empty. */
  public List<Problem> problems() {
    return problems;
  }

  private static String headline(int count) {
    return count == 1 ? "1 setting cannot be used:" : count + " settings cannot be used:";
  }

  /**
   * One setting that cannot be used.
   *
   * @param key such as {@code helix.sessions.dir}
   * @param source where the value came from, such as {@code environment}
   * @param value the value as it may be shown; {@code (set)} for a secret
   * @param allowed what is allowed instead
   */
  public record Problem(String key, String source, String value, String allowed) {
    @Override
    public String toString() {
      return key + " = " + value + " (" + source + "): must be " + allowed;
    }
  }
}
