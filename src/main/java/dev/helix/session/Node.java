package dev.helix.session;

/**
 * A message of a {@link SessionTree}, in its newest version.
 *
 * @param parentId null at the root
 * @param kept what counts of the text of an answer that broke off, of which a client may have kept
 *     less; null for every other message
 * @param recorded the number of the newest version among all elements of the log
 */
record Node(
    String id, String parentId, Kind kind, Fingerprint fingerprint, String kept, long recorded) {

  /** Where there is no message: above the first one. */
  static final Node ROOT = new Node(null, null, Kind.OTHER, null, null, -1);

  /** More of an answer that broke off is not compared. */
  private static final int LONGEST_KEPT = 1 << 16;

  /** What a tree knows of an element. */
  static Node of(String id, String parentId, Message element, long recorded) {
    String kept = null;
    if (element.status() == AnswerStatus.CANCELLED || element.status() == AnswerStatus.FAILED) {
      kept = Wording.of(element.role(), element.text());
      kept = kept.isEmpty() ? null : kept.substring(0, Math.min(kept.length(), LONGEST_KEPT));
    }
    return new Node(id, parentId, Kind.of(element), element.fingerprint(), kept, recorded);
  }

  /** Whether a message of a request is this one, as far as that can be told without its place. */
  boolean is(Message message) {
    return fingerprint.equals(message.fingerprint())
        || (kept != null && isBegunBy(Wording.of(message.role(), message.text()), message));
  }

  /**
   * Whether a message is what a client kept of this answer, which broke off.
   *
   * @param text what counts of the message's text
   */
  boolean isBegunBy(String text, Message message) {
    return kept != null
        && kind == Kind.ANSWER
        && Kind.of(message) == Kind.ANSWER
        && !text.isEmpty()
        && kept.startsWith(text);
  }
}
