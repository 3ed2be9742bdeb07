package dev.helix.store;

import dev.helix.session.SessionException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** What is kept once for a whole store. Thread-safe, without a state of its own. */
final class JdbcMeta {
  private static final String SECRET = "owner_secret";
  private static final int SECRET_BYTES = 32;

  private final JdbcDatabase database;

  JdbcMeta(JdbcDatabase database) {
    this.database = database;
  }

  /** The secret, which is made where there is none. */
  byte[] ownerSecret() {
    byte[] fresh = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(fresh);
    return secret(fresh);
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
              // Where another server is first, this fails and begins again.
              return stored == null
                  ? insertSecret(connection, HexFormat.of().formatHex(first))
                  : stored;
            });
    database.force("cannot force the owners' secret");
    return parsed(hex);
  }

  Optional<byte[]> findOwnerSecret() {
    return Optional.ofNullable(
            database.transaction(
                "cannot read the owners' secret", connection -> value(connection, SECRET)))
        .map(JdbcMeta::parsed);
  }

  private static byte[] parsed(String hex) {
    if (!hex.matches("[0-9a-f]{" + 2 * SECRET_BYTES + "}")) {
      throw new SessionException("the owners' secret in helix_meta is damaged");
    }
    return HexFormat.of().parseHex(hex);
  }

  private static String insertSecret(Connection connection, String hex) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into helix_meta (meta_key, meta_value) values ('" + SECRET + "', ?)")) {
      insert.setString(1, hex);
      insert.executeUpdate();
    }
    return hex;
  }

  private static String value(Connection connection, String key) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("select meta_value from helix_meta where meta_key = ?")) {
      select.setString(1, key);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next() ? rows.getString(1) : null;
      }
    }
  }

  /** Reads and writes, and commits: only that says whether there is room. */
  void check() {
    String sql =
        "update helix_meta set meta_value = cast("
            + database.vendor().now()
            + " as char(20)) where meta_key = 'checked'";
    int rows =
        database.transaction(
            "the store cannot be written to",
            connection -> {
              try (PreparedStatement update = connection.prepareStatement(sql)) {
                return update.executeUpdate();
              }
            });
    if (rows != 1) {
      throw new SessionException("the store lacks the row checked in helix_meta");
    }
  }
}
