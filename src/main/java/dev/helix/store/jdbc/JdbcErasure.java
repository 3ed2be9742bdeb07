package dev.helix.store.jdbc;

import dev.helix.session.Erasing;
import dev.helix.session.SessionId;
import dev.helix.store.Erasure;
import dev.helix.store.LogPieces.Piece;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Takes messages out of a session, in a transaction of the caller's that has locked its row. Of the
 * log a piece at a time is in memory.
 *
 * @param row with a state that is readable
 */
record JdbcErasure(JdbcSessionReader reader, Connection connection, JdbcRow row) {
  /** Takes them out; gives those that are in the log. */
  Set<String> run(Erasing erasing) throws SQLException {
    SessionId id = row.id();
    Erasure erasure = new Erasure(id, erasing, row.status());
    Map<Long, byte[]> changes = new TreeMap<>();
    for (long after = 0; after < row.version().length(); ) {
      Piece piece = reader.piece(connection, id, after);
      if (piece.rows() == 0) {
        break; // The rest is missing, which is said to who reads it.
      }
      erasure.take(piece, after, changes::put);
      after += piece.rows();
    }
    if (erasure.changes()) {
      JdbcSql.change(
          connection,
          "update helix_session set epoch = ?, state = ? where id = ?",
          JdbcInserts.newEpoch(),
          erasure.status(),
          id.value());
      replace(changes);
    }
    replaceFiles(erasure);
    return erasure.there();
  }

  private void replace(Map<Long, byte[]> changes) throws SQLException {
    String sql = "update helix_message set element_json = ? where session_id = ? and seq = ?";
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      for (Map.Entry<Long, byte[]> change : changes.entrySet()) {
        JdbcSql.set(update, change.getValue(), row.id().value(), change.getKey());
        update.addBatch();
      }
      int[] unused = update.executeBatch();
    }
  }

  private void replaceFiles(Erasure erasure) throws SQLException {
    String sql = "select path from helix_file where session_id = ?";
    for (String path : JdbcSql.all(connection, file -> file.getString(1), sql, row.id().value())) {
      byte[] changed =
          erasure.concerns(path)
              ? erasure.file(path, JdbcSessionReader.file(connection, row.id(), path))
              : null;
      if (changed != null) {
        boolean unused = JdbcInserts.file(connection, row.id(), path, changed);
      }
    }
  }
}
