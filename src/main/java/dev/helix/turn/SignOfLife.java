package dev.helix.turn;

/** What goes into a stream that is silent. */
public enum SignOfLife {
  /** An empty chunk, where a chunk has passed and its answer goes on; else a comment. */
  CHUNK,
  /** A comment. */
  COMMENT
}
