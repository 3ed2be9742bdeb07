package dev.helix.store.jdbc;

import dev.helix.session.SessionStore;
import dev.helix.session.StoreUnavailableException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;

/**
 * Makes the store called {@code jdbc} in the database that {@code helix.jdbc.jndi} or {@code
 * helix.jdbc.url} names. A database that cannot be reached is used when it can; one that is there
 * and cannot be used is an error. Immutable.
 */
public final class JdbcSessionStoreProvider implements SessionStore.Provider {
  private static final Logger LOG = System.getLogger(JdbcSessionStoreProvider.class.getName());

  private static final String APPLICATION = "java:comp/env/";

  private final Duration patience;

  /** The provider that is found. */
  public JdbcSessionStoreProvider() {
    this(JdbcPool.PATIENCE);
  }

  /**
   * One whose stores have less patience, or more.
   *
   * @param patience after which a caller is told that there is no connection to a URL
   */
  JdbcSessionStoreProvider(Duration patience) {
    this.patience = patience;
  }

  @Override
  public String name() {
    return "jdbc";
  }

  @Override
  public Map<String, String> problems(UnaryOperator<String> settings) {
    return JdbcSettings.problems(settings);
  }

  @Override
  public SessionStore open(UnaryOperator<String> settings) {
    JdbcSettings where = JdbcSettings.of(settings);
    JdbcDatabase database = database(where, new JdbcSchema(where.create(), where.allowLoss()));
    JdbcSessionStore store = new JdbcSessionStore(database);
    try {
      LOG.log(Level.INFO, "sessions are in " + where.place() + ", " + database.vendor());
      // A damaged one stops the start: it is found out now, not with the first owner.
      Optional<byte[]> unused = store.findOwnerSecret();
    } catch (StoreUnavailableException e) {
      LOG.log(Level.WARNING, where.place() + " is used as soon as it can be reached", e);
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
    return store;
  }

  @Override
  public SessionStore openToRead(UnaryOperator<String> settings) {
    JdbcDatabase database = database(JdbcSettings.of(settings), new JdbcSchema(false, true));
    try {
      database.vendor();
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
    return new JdbcSessionReader(database);
  }

  private JdbcDatabase database(JdbcSettings where, JdbcSchema schema) {
    if (where.jndi() != null) {
      return new JdbcDatabase(new JdbcConnections.OfContainer(lookUp(where.jndi())), schema);
    }
    try {
      return new JdbcDatabase(JdbcPool.of(where, JdbcPool.IDLE, patience), schema);
    } catch (NoClassDefFoundError e) {
      throw new IllegalArgumentException(
          "helix.jdbc.url needs HikariCP, which is not there: add com.zaxxer:HikariCP, or use"
              + " helix.jdbc.jndi",
          e);
    }
  }

  /**
   * A container's DataSource of this name, or of this name below {@code java:comp/env/}.
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
