package dev.helix.session;

/** Who sends the conversation so far. Specification section 4. */
public enum HistoryMode {
  /** The caller: its messages are sent on as they came. */
  CLIENT,
  /** The server: the caller sends what is new, and the current path is put before it. */
  STORED
}
