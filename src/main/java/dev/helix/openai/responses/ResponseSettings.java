package dev.helix.openai.responses;

import dev.helix.config.Settings;
import dev.helix.filter.FilterSettings;

/**
 * How responses are made and told. Immutable.
 *
 * @param recordUnstored whether a request with {@code store} false is recorded in the conversation
 *     that it names; its response is known to nobody even then
 * @param maxTokens whether the backend is told the most tokens of an answer as {@code max_tokens}
 * @param rawReasoning whether what a model thought is told as it is, and not as a summary
 * @param leaveOutTools whether tools that are not run here are left out where they would be refused
 */
public record ResponseSettings(
    boolean recordUnstored, boolean maxTokens, boolean rawReasoning, boolean leaveOutTools) {
  /** What holds where nothing is set. */
  static final ResponseSettings DEFAULT = new ResponseSettings(false, false, false, false);

  /** The settings that hold. */
  public static ResponseSettings from(Settings settings) {
    return new ResponseSettings(
        settings.flag(FilterSettings.RECORD_UNSTORED, false),
        settings.flag("helix.responses.max-tokens", false),
        settings.flag("helix.responses.raw-reasoning", false),
        settings.flag("helix.responses.leave-out-tools", false));
  }
}
