package dev.helix.session;

import dev.helix.text.Sha256;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * Whose a session is: a tenant and, when known, a user. Two owners never share a session.
 * Immutable. Specification section 1.
 *
 * @param tenant the API key's name, else the container's principal; null when neither is known
 * @param user who speaks, or null when that is not known
 */
public record Owner(String tenant, String user) {
  private static final int KEY_BYTES = 16;

  /** The one owner there is where nobody is asked who they are. */
  public static final Owner ANONYMOUS = new Owner(null, null);

  /** The owner of a session whose stored owner cannot be read: nobody is equal to it. */
  static final Owner UNREADABLE = new Owner("\0", "\0");

  public Owner {
    if ("".equals(tenant) || "".equals(user)) {
      throw new IllegalArgumentException("a name is never empty; null when there is none");
    }
  }

  /** Whether this is {@link #ANONYMOUS}. */
  public boolean isAnonymous() {
    return tenant == null && user == null;
  }

  /** Hex digits that no other owner's are, by which lists find what is theirs. */
  public String key() {
    MessageDigest digest = Sha256.begin();
    digest.update(OwnerNames.encoded(tenant));
    return HexFormat.of().formatHex(digest.digest(OwnerNames.encoded(user)), 0, KEY_BYTES);
  }

  /** Who owns a conversation that this owner asks for: of a channel, the tenant as a whole. */
  Owner forConversation(String conversationId) {
    boolean shared = conversationId != null && conversationId.startsWith("channel:");
    return shared ? new Owner(tenant, null) : this;
  }

  /** For a person: {@code tenant:user}, without what is not known; {@code -} for nobody. */
  @Override
  public String toString() {
    if (equals(UNREADABLE)) {
      return "(unreadable)";
    }
    if (isAnonymous()) {
      return "-";
    }
    return (tenant == null ? "" : tenant) + (user == null ? "" : ":" + user);
  }
}
