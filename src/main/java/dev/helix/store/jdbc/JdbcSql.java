package dev.helix.store.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Statements with the values of their parameters. No state. */
final class JdbcSql {
  private JdbcSql() {}

  /** What a row says. */
  @FunctionalInterface
  interface Row<T> {
    T of(ResultSet row) throws SQLException;
  }

  /** Changes rows, and says how many. */
  static int change(Connection connection, String sql, Object... values) throws SQLException {
    try (PreparedStatement change = connection.prepareStatement(sql)) {
      set(change, values);
      return change.executeUpdate();
    }
  }

  /** What the first row says; null where there is none. */
  static <T> T first(Connection connection, Row<T> row, String sql, Object... values)
      throws SQLException {
    List<T> all = all(connection, row, sql, values);
    return all.isEmpty() ? null : all.get(0);
  }

  /** What each row says, in their order; it may be null. */
  static <T> List<T> all(Connection connection, Row<T> row, String sql, Object... values)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      set(select, values);
      List<T> all = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          all.add(row.of(rows));
        }
      }
      return all;
    }
  }

  /** Whether what a query gives has a column of this name. */
  static boolean hasColumn(Connection connection, String sql, String name) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql);
        ResultSet rows = select.executeQuery()) {
      ResultSetMetaData columns = rows.getMetaData();
      boolean found = false;
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        found |= columns.getColumnName(i).equalsIgnoreCase(name);
      }
      return found;
    }
  }

  /** Sets a statement's parameters. */
  static void set(PreparedStatement statement, Object... values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
  }
}
