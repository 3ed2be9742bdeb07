package dev.helix.transfer;

import dev.helix.session.Owner;
import java.util.Optional;

/**
 * Whose the sessions become that are imported. Immutable.
 *
 * @param owner who gets all of them; null for whoever the file says, which for chats of other
 *     programs is the anonymous owner
 * @param eachUser whether each chat becomes its own user's, as the program calls them, of this
 *     owner's tenant
 */
public record ImportOwner(Owner owner, boolean eachUser) {
  /** What the file says. */
  public static final ImportOwner AS_STORED = new ImportOwner(null, false);

  /** All for one. */
  public static ImportOwner of(Owner owner) {
    return new ImportOwner(owner, false);
  }

  /**
   * Each for its user.
   *
   * @param tenant null where there is none
   */
  public static ImportOwner eachUserOf(String tenant) {
    return new ImportOwner(new Owner(tenant, null), true);
  }

  /** The owner of a user's chat; empty where each becomes its user's and this has none. */
  Optional<Owner> of(String user) {
    if (!eachUser) {
      return Optional.of(owner == null ? Owner.ANONYMOUS : owner);
    }
    return Optional.ofNullable(user).map(name -> new Owner(owner.tenant(), name));
  }
}
