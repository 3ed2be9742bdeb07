package dev.helix.transcript.tree;

/**
 * What was asked of a tree may be in the part that it {@linkplain TranscriptTree#cut() let go of}:
 * the whole log must be read. It has no stack trace.
 */
public final class IncompleteTreeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  IncompleteTreeException() {
    super("not in this part of the tree", null, false, false);
  }
}
