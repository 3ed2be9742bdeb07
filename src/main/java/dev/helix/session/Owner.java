package dev.helix.session;

/**
 * Whose a session is: a tenant and, when known, a user. Two owners never share a session.
 * Immutable. Specification section 1.
 *
 * @param tenant the API key's name, else the container's principal; null when neither is known
 * @param user who speaks, or null when that is not known
 */
public record Owner(String tenant, String user) {
  /** The one owner there is where nobody is asked who they are. */
  public static final Owner ANONYMOUS = new Owner(null, null);

  public Owner {
    if ("".equals(tenant) || "".equals(user)) {
      throw new IllegalArgumentException("a name is never empty; null when there is none");
    }
  }
}
