package dev.helix.store.jdbc;

import dev.helix.session.SessionException;
import dev.helix.session.StorageFullException;
import dev.helix.session.StoreUnavailableException;
import dev.helix.store.disk.Disk;
import java.io.IOException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.sql.SQLTransientException;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** What a database's errors mean to a store. */
final class JdbcFailure {
  /** MariaDB: the file system is full, the table is full. */
  private static final Set<Integer> FULL = Set.of(1021, 1114);

  /**
   * MariaDB: the server shuts down; the connection was killed. H2: the connection is broken; the
   * database is closed.
   */
  private static final Set<Integer> AWAY = Set.of(1053, 1927, 90067, 90098, 90121);

  /**
   * MariaDB and MySQL: the server only reads ({@code read_only}, {@code super_read_only}), so does
   * the transaction, the engine only reads, the server has left its group.
   */
  private static final Set<Integer> ONLY_READS = Set.of(1290, 1792, 1836, 3100);

  /** PostgreSQL, and MySQL too: a transaction that only reads, as all are on a standby. */
  private static final String READ_ONLY = "25006";

  /** MariaDB: waited too long for a lock. */
  private static final int LOCKED = 1205;

  /** A commit whose answer was lost. */
  private static final String UNKNOWN = "40003";

  /** Of these the messages speak of the connection that could not be made. */
  private static final Set<String> UNCONNECTED = Set.of("08001", "08004", "57P03");

  /** MariaDB: access to the database denied; there is none of this name. */
  private static final Set<Integer> REFUSED = Set.of(1044, 1049);

  private static final Set<String> ABSENT_TABLE = Set.of("42P01", "42S02", "42S03", "42S04");

  /** MariaDB: a row was changed since the transaction's view of it was made. */
  private static final int CHANGED_SINCE = 1020;

  private static final int DUPLICATE = 1062;

  /** H2: the file is locked. */
  private static final int HELD = 90020;

  private JdbcFailure() {}

  /** Whether the same again may go better: another was faster, or a deadlock was broken. */
  static boolean isLostRace(SQLException failure) {
    return isDuplicate(failure)
        || (state(failure).startsWith("40") && !state(failure).equals(UNKNOWN))
        || (state(failure).startsWith("HY") && failure.getErrorCode() == CHANGED_SINCE);
  }

  private static boolean isDuplicate(SQLException failure) {
    return state(failure).equals("23505")
        || (state(failure).equals("23000") && failure.getErrorCode() == DUPLICATE);
  }

  static boolean isAbsentTable(SQLException failure) {
    return ABSENT_TABLE.contains(state(failure));
  }

  /**
   * Whether this server takes no writes, as one does that another has taken the place of. It has
   * done nothing of what it was asked.
   */
  static boolean isElsewhere(SQLException failure) {
    return causes(failure)
        .anyMatch(
            cause ->
                cause instanceof SQLException sql
                    && (state(sql).equals(READ_ONLY) || ONLY_READS.contains(sql.getErrorCode())));
  }

  /** Whether the database itself was away, or is another one now, and not only slow or locked. */
  static boolean isAway(SQLException failure) {
    SQLException told = root(failure);
    return isElsewhere(failure)
        || told instanceof SQLRecoverableException
        || state(told).startsWith("08")
        || state(told).startsWith("57P")
        || AWAY.contains(told.getErrorCode());
  }

  /** Why there is no connection; one without a reason is a container's pool that has none left. */
  static SQLException unconnected(SQLException failure) {
    return isTelling(root(failure))
        ? failure
        : new SQLTransientConnectionException("the pool gives no connection", failure);
  }

  /** The failure as callers of the store know it; says nothing of what is stored. */
  static SessionException of(String what, SQLException failure) {
    SQLException shown = withoutContent(failure);
    SQLException told = root(failure);
    String state = state(told);
    if (isFull(failure)) {
      return new StorageFullException(what + ": the database has no room left", shown);
    }
    if (state.startsWith("28") || state.startsWith("3D") || REFUSED.contains(told.getErrorCode())) {
      return new SessionException(
          what + ": the database refuses the user, or there is none of this name", shown);
    }
    if (isTooLarge(failure)) {
      return new SessionException(
          what + ": it is larger than the database's max_allowed_packet", shown);
    }
    if (told.getErrorCode() == HELD) {
      return new SessionException(what + ": another process has the database's file open", shown);
    }
    if (isDuplicate(told)) {
      return new SessionException(
          what
              + ": each time there is a row of the same key already, SQLSTATE "
              + state
              + ": is there an index or a trigger that is not the store's?",
          shown);
    }
    if (isElsewhere(failure)) {
      return new StoreUnavailableException(
          what + ": the database takes no writes, as one whose place another has taken", shown);
    }
    if (isUnavailable(told)) {
      return new StoreUnavailableException(what + ": the database cannot be reached", shown);
    }
    return new SessionException(what + ": the database failed, SQLSTATE " + state, shown);
  }

  /** The same with messages of ours: drivers quote rows in theirs, whole batches of them. */
  private static SQLException withoutContent(SQLException failure) {
    String state = state(failure);
    boolean unconnected =
        UNCONNECTED.contains(state) || state.startsWith("28") || state.startsWith("3D");
    String message =
        unconnected && !(failure instanceof BatchUpdateException)
            ? failure.getMessage()
            : "SQLSTATE " + state + ", error " + failure.getErrorCode();
    SQLException shown =
        new SQLException(
            failure.getClass().getName() + ": " + message,
            failure.getSQLState(),
            failure.getErrorCode());
    shown.setStackTrace(failure.getStackTrace());
    if (failure.getCause() instanceof SQLException cause) {
      shown.initCause(withoutContent(cause));
    } else if (failure.getCause() != null) {
      shown.initCause(failure.getCause());
    }
    for (Throwable left : failure.getSuppressed()) {
      shown.addSuppressed(left instanceof SQLException sql ? withoutContent(sql) : left);
    }
    return shown;
  }

  /** What a pool hides behind errors of its own: the last one that says what is wrong. */
  private static SQLException root(SQLException failure) {
    return causes(failure)
        .filter(SQLException.class::isInstance)
        .map(SQLException.class::cast)
        .filter(JdbcFailure::isTelling)
        .reduce(failure, (before, last) -> last);
  }

  private static Stream<Throwable> causes(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause);
  }

  private static boolean isTelling(SQLException failure) {
    return failure.getSQLState() != null
        || failure.getErrorCode() != 0
        || failure instanceof SQLTransientException
        || failure instanceof SQLRecoverableException;
  }

  private static boolean isUnavailable(SQLException failure) {
    String state = state(failure);
    return isAway(failure)
        || failure instanceof SQLTransientException
        || state.startsWith("53")
        || state.startsWith("40")
        || state.equals("55P03")
        || state.startsWith("HYT")
        || state.equals("25P03")
        || failure.getErrorCode() == LOCKED
        || failure.getCause() instanceof InterruptedException;
  }

  private static boolean isTooLarge(SQLException failure) {
    return causes(failure)
        .anyMatch(cause -> String.valueOf(cause.getMessage()).contains("max_allowed_packet"));
  }

  private static boolean isFull(SQLException failure) {
    return causes(failure).anyMatch(JdbcFailure::saysFull);
  }

  private static boolean saysFull(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    return (cause instanceof SQLException sql
            && (state(sql).equals("53100") || FULL.contains(sql.getErrorCode())))
        || Disk.failure("", new IOException(message)) instanceof StorageFullException
        || message.contains("Got error 28 ");
  }

  private static String state(SQLException failure) {
    return failure.getSQLState() == null ? "" : failure.getSQLState();
  }
}
