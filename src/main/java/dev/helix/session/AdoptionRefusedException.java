package dev.helix.session;

/** A session cannot be given to an owner: it has one, or the owner has its conversation already. */
public final class AdoptionRefusedException extends SessionException {
  private static final long serialVersionUID = 1L;

  AdoptionRefusedException(String message) {
    super(message);
  }
}
