package dev.helix.session;

/** Who sends the conversation so far. Specification section 4. */
public enum HistoryMode {
  /** The caller: the messages are sent on as they came. */
  CLIENT,
  /** We do: the caller sends what is new and the current path is put before it. */
  STORED
}
