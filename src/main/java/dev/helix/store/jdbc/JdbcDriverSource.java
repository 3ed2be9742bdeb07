package dev.helix.store.jdbc;

import java.io.PrintWriter;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * Connections of a driver to a URL, each a new one; no error of it shows the URL's parameters or
 * the password. The driver is one that this class's loader sees: the web application's own, or the
 * container's. Thread-safe.
 */
final class JdbcDriverSource implements DataSource, AutoCloseable {
  private static final Logger LOG = System.getLogger(JdbcDriverSource.class.getName());

  private final JdbcSettings settings;
  private final Driver driver;
  private final Properties properties = new Properties();
  private final JdbcPooler pooler = new JdbcPooler();

  /** Those that came into the JVM's list by our looking for one. */
  private final Set<Driver> registered;

  JdbcDriverSource(JdbcSettings settings) {
    this.settings = settings;
    // DriverManager looks for drivers once in a JVM's life, in a container before ours is there.
    Set<Driver> before = listed();
    driver = find(settings);
    registered = listed();
    registered.removeAll(before);
    properties.putAll(defaults(settings));
    if (settings.user() != null) {
      properties.setProperty("user", settings.user());
    }
    if (settings.password() != null) {
      properties.setProperty("password", settings.password());
    }
  }

  private static Set<Driver> listed() {
    return DriverManager.drivers().collect(Collectors.toCollection(HashSet::new));
  }

  private static Driver find(JdbcSettings settings) {
    List<Driver> drivers = new ArrayList<>();
    for (ServiceLoader.Provider<Driver> each :
        ServiceLoader.load(Driver.class, JdbcDriverSource.class.getClassLoader()).stream()
            .toList()) {
      try {
        drivers.add(each.get());
      } catch (ServiceConfigurationError e) {
        LOG.log(Level.DEBUG, "a driver that cannot be used", e);
      }
    }
    DriverManager.drivers().forEach(drivers::add);
    return drivers.stream()
        .filter(driver -> accepts(driver, settings.url()))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no driver for "
                        + settings.place()
                        + ": put its jar into WEB-INF/lib of the WAR or into the server's lib folder,"
                        + " or use helix.jdbc.jndi"));
  }

  private static boolean accepts(Driver driver, String url) {
    try {
      return driver.acceptsURL(url);
    } catch (SQLException e) {
      return false; // Its own URLs are all that it is asked about later.
    }
  }

  /**
   * So that a server that is gone without a word is noticed, and no error quotes what is stored;
   * the URL's parameters are stronger.
   */
  private static Map<String, String> defaults(JdbcSettings settings) {
    if (settings.isPostgres()) {
      return Map.of(
          "connectTimeout", "5",
          "socketTimeout", "30",
          "tcpKeepAlive", "true",
          "logServerErrorDetail", "false");
    }
    return settings.isMariaDb()
        ? Map.of("connectTimeout", "5000", "socketTimeout", "30000")
        : Map.of();
  }

  @Override
  public Connection getConnection() throws SQLException {
    try {
      Connection connection = driver.connect(settings.url(), (Properties) properties.clone());
      if (connection == null) {
        throw new SQLException("the driver does not know " + settings.place(), "08001");
      }
      adapt(connection);
      return connection;
    } catch (SQLException e) {
      throw settings.isSecretIn(e.toString()) || settings.isSecretIn(String.valueOf(e.getCause()))
          ? new SQLException("cannot connect", e.getSQLState(), e.getErrorCode())
          : e;
    }
  }

  private void adapt(Connection connection) throws SQLException {
    try {
      pooler.adapt(driver, connection);
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  @Override
  public void close() {
    takeBack(registered);
  }

  /**
   * Takes the application's own drivers out of the JVM's list, which would keep its classes. They
   * come there with the JVM's first connection, also when a server's DataSource makes it.
   */
  static void takeBackOurs() {
    takeBack(listed());
  }

  private static void takeBack(Set<Driver> drivers) {
    ClassLoader ours = JdbcDriverSource.class.getClassLoader();
    if (ours == ClassLoader.getSystemClassLoader()) {
      return;
    }
    for (Driver each : drivers) {
      if (each.getClass().getClassLoader() == ours) {
        try {
          DriverManager.deregisterDriver(each);
        } catch (SQLException e) {
          throw new IllegalStateException("a driver of ours may be taken back", e);
        }
      }
    }
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException("the user is set");
  }

  @Override
  public PrintWriter getLogWriter() {
    return null;
  }

  @Override
  public void setLogWriter(PrintWriter out) {}

  @Override
  public void setLoginTimeout(int seconds) {}

  /** So long a pool that closes waits for a connection that it is making. */
  @Override
  public int getLoginTimeout() {
    return 5;
  }

  @Override
  public java.util.logging.Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException("drivers log by themselves");
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    throw new SQLException("nothing is wrapped");
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return false;
  }
}
