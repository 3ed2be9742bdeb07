package dev.helix.turn;

import dev.helix.backend.ChatBackend;
import dev.helix.turn.reply.ReplyError;
import java.lang.System.Logger.Level;

/**
 * What an operator and a caller hear of a backend's failures: one line of the log for each, and
 * nothing of the backend's secrets. Safe for use by many threads.
 */
public final class BackendFailures {
  private static final System.Logger LOG = System.getLogger(BackendFailures.class.getName());

  /** An error's words may quote what people wrote: no more of them is logged. */
  private static final int MOST_CHARACTERS = 300;

  private final ChatBackend backend;

  BackendFailures(ChatBackend backend) {
    this.backend = backend;
  }

  /** The error without the backend's secrets. */
  public ReplyError masked(ReplyError error) {
    return error.masked(backend::masked);
  }

  /** The text without the backend's secrets. */
  String masked(String text) {
    return backend.masked(text);
  }

  /**
   * Logs a failure; at a lower level where it is the backend's refusal, and nobody's failure.
   *
   * @param flow says who failed
   * @param cause may be null
   */
  public void log(BackendFlow flow, String failure, Throwable cause) {
    String who = flow.describe() == null ? backend.describe() : flow.describe();
    String why = cause == null ? "" : " (" + cause + ")";
    LOG.log(
        flow.isRefused() ? Level.INFO : Level.WARNING,
        escaped(
            (flow.isRefused() ? "nobody was asked" : who)
                + ": "
                + bounded(backend.masked(failure))
                + bounded(backend.masked(why))));
  }

  private static String bounded(String text) {
    return text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS) + "…";
  }

  /** The text with everything that could pass for another line, or hide one, as an escape. */
  static String escaped(String text) {
    StringBuilder line = new StringBuilder(text.length());
    text.chars()
        .forEach(
            c -> {
              switch (Character.getType(c)) {
                case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE ->
                    line.append(String.format("\\u%04x", c));
                default -> line.append((char) c);
              }
            });
    return line.toString();
  }
}
