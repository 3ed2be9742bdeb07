package dev.helix.store.jdbc;

import dev.helix.session.SessionException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** What is kept once for a whole store. Thread-safe, without a state of its own. */
final class JdbcMeta {
  private static final String SECRET = "owner_secret";
  private static final int SECRET_BYTES = 32;
  private static final int CHECK_BYTES = 16;

  private final JdbcDatabase database;

  JdbcMeta(JdbcDatabase database) {
    this.database = database;
  }

  /** The secret, which is made where there is none. */
  byte[] ownerSecret() {
    return secret(random(SECRET_BYTES));
  }

  /** Whether this is the secret, now that there is one. */
  boolean adoptOwnerSecret(byte[] secret) {
    if (secret.length != SECRET_BYTES) {
      throw new IllegalArgumentException("the owners' secret has 32 bytes");
    }
    return Arrays.equals(secret, secret(secret));
  }

  /** The secret; this one where there was none. */
  private byte[] secret(byte[] first) {
    String hex =
        database.transaction(
            "cannot read the owners' secret",
            connection -> {
              String stored = value(connection, SECRET);
              if (stored != null) {
                return stored;
              }
              // Where another server is first, this fails and begins again.
              String made = HexFormat.of().formatHex(first);
              insert(connection, SECRET, made);
              return made;
            });
    database.force("cannot force the owners' secret");
    return parsed(hex);
  }

  Optional<byte[]> findOwnerSecret() {
    return Optional.ofNullable(
            database.statement(
                "cannot read the owners' secret", connection -> value(connection, SECRET)))
        .map(JdbcMeta::parsed);
  }

  private static byte[] parsed(String hex) {
    if (!hex.matches("[0-9a-f]{" + 2 * SECRET_BYTES + "}")) {
      throw new SessionException("the owners' secret in helix_meta is damaged");
    }
    return HexFormat.of().parseHex(hex);
  }

  private static void insert(Connection connection, String key, String value) throws SQLException {
    String sql = "insert into helix_meta (meta_key, meta_value) values (?, ?)";
    JdbcSql.change(connection, sql, key, value);
  }

  private static String value(Connection connection, String key) throws SQLException {
    String sql = "select meta_value from helix_meta where meta_key = ?";
    return JdbcSql.first(connection, row -> row.getString(1), sql, key);
  }

  /**
   * Writes and commits: only that says whether there is room. A row of its own for each look, so
   * that none waits for one of a host that is gone.
   */
  void check() {
    String key = "check " + HexFormat.of().formatHex(random(CHECK_BYTES));
    int rows =
        database.transaction(
            "the store cannot be written to",
            connection -> {
              insert(connection, key, "");
              return JdbcSql.change(connection, "delete from helix_meta where meta_key = ?", key);
            });
    if (rows != 1) {
      throw new SessionException("the store does not find what was just written to helix_meta");
    }
  }

  private static byte[] random(int length) {
    byte[] random = new byte[length];
    new SecureRandom().nextBytes(random);
    return random;
  }
}
