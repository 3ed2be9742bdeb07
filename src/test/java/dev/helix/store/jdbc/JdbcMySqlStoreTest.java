package dev.helix.store.jdbc;

import dev.helix.session.SessionStore;
import dev.helix.store.SessionStoreContract;
import dev.helix.store.WholeSessionContract;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * The store in the MySQL at {@code HELIX_TEST_MYSQL}, such as {@code jdbc:mysql://127.0.0.1}, a
 * database for each test. Its user {@code helix}, whose password is {@code secret}, must have all
 * rights there, and its driver must be on the class path.
 */
@EnabledIfEnvironmentVariable(
    named = "HELIX_TEST_MYSQL",
    matches = "jdbc:.*",
    disabledReason = "no package has a MySQL to start")
class JdbcMySqlStoreTest implements SessionStoreContract, WholeSessionContract {
  private static final String USER = "helix";
  private static final String PASSWORD = "secret";

  private final String server = System.getenv("HELIX_TEST_MYSQL");
  private final String database = "helix_" + UUID.randomUUID().toString().replace("-", "");

  private void execute(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(server + "/", USER, PASSWORD);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @BeforeEach
  void makeDatabase() throws SQLException {
    execute("create database " + database);
  }

  @Override
  public SessionStore open() {
    return JdbcStores.open(JdbcStores.settings(server + "/" + database, USER, PASSWORD));
  }

  @Override
  public String raw() {
    return JdbcStores.raw(JdbcStores.settings(server + "/" + database, USER, PASSWORD));
  }

  @Override
  public boolean readsEndsAlone() {
    return true;
  }

  @AfterEach
  void dropDatabase() throws SQLException {
    execute("drop database " + database);
  }
}
