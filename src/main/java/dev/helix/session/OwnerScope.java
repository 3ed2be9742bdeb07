package dev.helix.session;

/** Whose the conversations are that callers name. */
public enum OwnerScope {
  /** The user's who speaks, where that is known. */
  USER,
  /** The tenant's: all its users write into one session of a conversation. */
  TENANT;

  /** The owner of a conversation that this owner names. */
  public Owner of(Owner asker) {
    return this == TENANT ? new Owner(asker.tenant(), null) : asker;
  }
}
