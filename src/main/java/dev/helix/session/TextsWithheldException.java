package dev.helix.session;

/** An operator asks for texts that operators may not read here, of a session that there is. */
public final class TextsWithheldException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TextsWithheldException() {
    super("operators do not read what others wrote here");
  }
}
