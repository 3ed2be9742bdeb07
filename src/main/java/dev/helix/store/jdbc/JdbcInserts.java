package dev.helix.store.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.message.Message;
import dev.helix.session.MessageTooLargeException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.text.Sha256;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** New rows, within a transaction of the caller's. */
final class JdbcInserts {
  /** What is sent to the database at once, but for the last row. */
  private static final int BATCH_BYTES = 4 << 20;

  private static final int BATCH_ROWS = 500;

  /** Nobody's max_allowed_packet is less than this, and a row's other columns. */
  private static final int SURELY_FITS = 256 << 10;

  private static final int ROW_BYTES = 8 << 10;
  private static final SecureRandom RANDOM = new SecureRandom();

  private JdbcInserts() {}

  /** Names a log as no other creation of a session does. */
  static String newEpoch() {
    byte[] random = new byte[16];
    RANDOM.nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  /** Whether so much is sent to the database at once. */
  static boolean isOneBatch(List<Message> elements) {
    long bytes = 0;
    for (Message element : elements) {
      bytes += element.elementJson().length;
    }
    return elements.size() <= BATCH_ROWS && bytes <= BATCH_BYTES;
  }

  /** A session's row; gives its epoch. */
  static String session(Connection connection, SessionState state, byte[] status, long length)
      throws SQLException {
    String epoch = newEpoch();
    JdbcSql.change(
        connection,
        "insert into helix_session (id, epoch, log_length, updated_at, holder, owner_key, state)"
            + " values (?, ?, ?, ?, ?, ?, ?)",
        state.sessionId().value(),
        epoch,
        length,
        JdbcRow.micros(state.updatedAt()),
        JdbcRow.holder(state),
        JdbcRow.ownerKey(state.owner()),
        fitting(connection, status));
    return epoch;
  }

  /** Messages behind the first so many. */
  static void messages(Connection connection, SessionId id, long after, List<Message> elements)
      throws SQLException {
    if (elements.isEmpty()) {
      return;
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into helix_message (session_id, seq, element_json) values (?, ?, ?)")) {
      long number = after;
      int rows = 0;
      int bytes = 0;
      for (Message element : elements) {
        byte[] json = element.elementJson();
        JdbcSql.set(insert, id.value(), ++number, fitting(connection, json));
        insert.addBatch();
        rows++;
        bytes += json.length;
        if (rows == BATCH_ROWS || bytes >= BATCH_BYTES) {
          insert.executeBatch();
          rows = 0;
          bytes = 0;
        }
      }
      if (rows > 0) {
        insert.executeBatch();
      }
    }
  }

  static void files(Connection connection, SessionId id, Map<String, byte[]> files)
      throws SQLException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      insert(connection, id, file.getKey(), file.getValue());
    }
  }

  /** Replaces a file or makes it, for one who has locked the session's row; always true. */
  static boolean file(Connection connection, SessionId id, String path, byte[] content)
      throws SQLException {
    String sql = "delete from helix_file where session_id = ? and path_digest = ?";
    JdbcSql.change(connection, sql, id.value(), digest(path));
    insert(connection, id, path, content);
    return true;
  }

  /** By which a file is found among those of its session. */
  static byte[] digest(String path) {
    return Sha256.of(path.getBytes(UTF_8));
  }

  private static void insert(Connection connection, SessionId id, String path, byte[] content)
      throws SQLException {
    JdbcSql.change(
        connection,
        "insert into helix_file (session_id, path_digest, path, content) values (?, ?, ?, ?)",
        id.value(),
        digest(path),
        path,
        fitting(connection, content));
  }

  /**
   * The bytes, unless they are more than MariaDB takes: it may end the connection without a word of
   * why.
   */
  private static byte[] fitting(Connection connection, byte[] bytes) throws SQLException {
    if (bytes.length > SURELY_FITS && JdbcVendor.of(connection) == JdbcVendor.MARIADB) {
      String most = JdbcVendor.text(connection, "select @@max_allowed_packet");
      long limit = Long.parseLong(most) - ROW_BYTES;
      if (bytes.length > limit) {
        throw new MessageTooLargeException(
            bytes.length + " bytes are more than the database's max_allowed_packet, " + most,
            bytes.length,
            limit);
      }
    }
    return bytes;
  }
}
