package dev.helix.operator;

import dev.helix.session.Owner;

/** An owner on a command line: {@code TENANT}, {@code TENANT:USER} or {@code :USER}. No state. */
final class OwnerName {
  private OwnerName() {}

  /**
   * The owner of a name.
   *
   * @param text null where none was given
   * @throws IllegalArgumentException if it is none
   */
  static Owner parse(String text) {
    if (text == null) {
      throw new IllegalArgumentException("--owner TENANT, TENANT:USER or :USER is needed");
    }
    int colon = text.indexOf(':');
    String tenant = colon < 0 ? text : text.substring(0, colon);
    String user = colon < 0 ? null : text.substring(colon + 1);
    if ("".equals(user) || (user == null && tenant.isEmpty())) {
      throw new IllegalArgumentException("--owner takes TENANT, TENANT:USER or :USER, not " + text);
    }
    // Without API keys a user whom a token names has no tenant.
    return new Owner(tenant.isEmpty() ? null : tenant, user);
  }
}
