package dev.helix.config;

import java.util.Collection;

/**
 * The one error for settings that cannot be used. Its message has a line for each bad key, in the
 * order in which they were read, with the source it came from, the value unless that is secret, and
 * what is allowed.
 */
public final class InvalidSettingsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InvalidSettingsException(Collection<String> lines) {
    super(
        (lines.size() == 1 ? "1 setting" : lines.size() + " settings")
            + " cannot be used:\n  "
            + String.join("\n  ", lines));
  }
}
