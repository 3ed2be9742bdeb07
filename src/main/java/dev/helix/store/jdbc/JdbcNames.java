package dev.helix.store.jdbc;

import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;

/** Looks a container's DataSource up. Stateless. */
final class JdbcNames {
  private static final String APPLICATION = "java:comp/env/";

  private JdbcNames() {}

  /**
   * The DataSource of this name, or of this name below {@code java:comp/env/}.
   *
   * @throws IllegalArgumentException if there is none
   */
  @SuppressWarnings("BanJNDI") // The name is the operator's.
  static DataSource lookUp(String name) {
    IllegalArgumentException absent =
        new IllegalArgumentException(
            "helix.jdbc.jndi is "
                + name
                + ", and the server has no DataSource of this name, also not below "
                + APPLICATION);
    for (String each : new String[] {name, APPLICATION + name}) {
      try {
        if (new InitialContext().lookup(each) instanceof DataSource source) {
          return source;
        }
      } catch (NamingException e) {
        absent.addSuppressed(e);
      }
    }
    throw absent;
  }
}
