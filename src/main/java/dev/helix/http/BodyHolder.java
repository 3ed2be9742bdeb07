package dev.helix.http;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;

/**
 * For whom a request's body is held in memory: a tenant and a user of it. Immutable.
 *
 * @param tenant null where nobody is known
 * @param user null where nobody is known
 */
public record BodyHolder(String tenant, String user) {
  static final BodyHolder NOBODY = new BodyHolder(null, null);

  private static final String NAME = BodyHolder.class.getName();

  /** Has the body of a request held for this one, from when it is read. */
  public void holds(HttpServletRequest request) {
    request.setAttribute(NAME, this);
  }

  /** For whom a request speaks; neither a tenant nor a user where that is not known. */
  public static BodyHolder of(HttpServletRequest request) {
    return request.getAttribute(NAME) instanceof BodyHolder known ? known : NOBODY;
  }

  /** The tenant and the user in it, as far as they are known. */
  List<BodyHolder> parties() {
    if (tenant == null) {
      return user == null ? List.of() : List.of(this);
    }
    BodyHolder all = new BodyHolder(tenant, null);
    return user == null ? List.of(all) : List.of(all, this);
  }
}
