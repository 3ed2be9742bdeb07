package dev.helix.store.jdbc;

import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.store.LogPieces;
import dev.helix.store.RebuiltState;
import dev.helix.store.RequestFile;
import dev.helix.transcript.LogVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Optional;

/**
 * A state that is unreadable, made anew of the messages beside it. Whose it is, the row's holder
 * tells: not by itself, but it proves a guess. No state of its own.
 */
record JdbcRebuilt(JdbcSessionReader reader) {
  /**
   * The state of a session.
   *
   * @param asked whose it may be; null for nobody, of the conversation that the name spells
   * @return empty where it is another's
   */
  Optional<SessionState> of(Connection connection, JdbcRow row, SessionState asked)
      throws SQLException {
    SessionId id = row.id();
    String sql = "select holder from helix_session where id = ?";
    byte[] holder = JdbcSql.first(connection, found -> found.getBytes(1), sql, id.value());
    SessionState nobodys =
        SessionState.fresh(
            id, RebuiltState.spelled(id).orElse(null), Owner.ANONYMOUS, row.state().updatedAt());
    SessionState whose = asked == null ? nobodys : asked;
    if (!Arrays.equals(holder, JdbcRow.holder(whose))) {
      return Optional.empty();
    }
    byte[] request = JdbcSessionReader.file(connection, id, RequestFile.PATH);
    SessionState made =
        RebuiltState.of(
            id,
            whose.conversationId(),
            whose.owner(),
            LogPieces.read(
                    id, LogVersion.NONE, bytes -> {}, after -> reader.piece(connection, id, after))
                .elements(),
            RebuiltState.request(request));
    return Optional.of(made.withUpdatedAt(row.state().updatedAt()));
  }
}
