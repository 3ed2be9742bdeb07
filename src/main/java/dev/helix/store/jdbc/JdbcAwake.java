package dev.helix.store.jdbc;

import dev.helix.session.SessionFiles;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * A visitor that is heard of by the database after each file, which else would end an idle
 * transaction. Not thread-safe.
 */
final class JdbcAwake implements SessionFiles.Visitor {
  private final Connection connection;
  private final SessionFiles.Visitor to;

  /** Why the transaction is gone, and with it the lock; null where it is not. */
  private SQLException lost;

  JdbcAwake(Connection connection, SessionFiles.Visitor to) {
    this.connection = connection;
    this.to = to;
  }

  SQLException lost() {
    return lost;
  }

  @Override
  public void file(String path, byte[] content) throws IOException {
    to.file(path, content);
    try {
      JdbcVendor.text(connection, "select 1");
    } catch (SQLException e) {
      lost = e;
      throw new IOException("the database has ended the removal", e);
    }
  }

  @Override
  public void end() throws IOException {
    to.end();
  }
}
