package dev.helix.session;

import java.util.List;

/**
 * A message of a {@link SessionTree}, in its newest version.
 *
 * @param parentId null at the root
 * @param root the id of the message that the path to this one begins with; null where that was not
 *     known when this one was recorded, as a message above it was missing
 * @param silent whether it is an answer that says nothing but reasoning, so that clients leave it
 *     out when they send the others again
 * @param apart what it says where a client puts line ends in place of reasoning between its parts;
 *     null where that is no other
 * @param kept what counts of the text of an answer that broke off, of which a client may have kept
 *     less; null for every other message
 * @param ends whether the current path may end here: it is an answer, it came to something, and it
 *     calls no tools
 * @param recorded the number of the newest version among all elements of the log
 */
record Node(
    String id,
    String parentId,
    String root,
    Kind kind,
    Fingerprint fingerprint,
    boolean silent,
    Fingerprint apart,
    String kept,
    boolean ends,
    long recorded) {

  /** Where there is no message: above the first one. */
  static final Node ROOT =
      new Node(null, null, null, Kind.OTHER, null, false, null, null, false, -1);

  /** More of an answer that broke off is not compared. */
  private static final int LONGEST_KEPT = 1 << 16;

  /** What a tree knows of an element. */
  static Node of(String id, String parentId, String root, Message element, long recorded) {
    Kind kind = Kind.of(element);
    Fingerprint fingerprint = element.fingerprint();
    boolean ends = Transcript.isAnswer(element) && !Transcript.callsTools(element);
    if (kind != Kind.ANSWER) {
      return new Node(id, parentId, root, kind, fingerprint, false, null, null, ends, recorded);
    }
    String text = element.text();
    String said = Wording.of(element.role(), text);
    boolean silent = fingerprint.empty() || Wording.isOnlyReasoning(text);
    String pieces = Wording.pieces(text);
    Fingerprint apart =
        pieces.equals(said) ? null : Message.of(element.role(), pieces).fingerprint();
    boolean broken =
        element.status() == AnswerStatus.CANCELLED || element.status() == AnswerStatus.FAILED;
    String kept =
        broken && !said.isEmpty() ? said.substring(0, Math.min(said.length(), LONGEST_KEPT)) : null;
    return new Node(id, parentId, root, kind, fingerprint, silent, apart, kept, ends, recorded);
  }

  /** A message that was just made an element and that nothing hangs below. */
  static Node added(String id, String parentId, Message message) {
    Kind kind = Kind.of(message);
    return new Node(id, parentId, null, kind, message.fingerprint(), false, null, null, false, 0);
  }

  /** The fingerprints by which it is found. */
  List<Fingerprint> sayings() {
    return apart == null ? List.of(fingerprint) : List.of(fingerprint, apart);
  }

  /** Whether a message of a request says the same. */
  boolean says(Message message) {
    return fingerprint.equals(message.fingerprint())
        || (apart != null && apart.equals(message.fingerprint()));
  }

  /** Whether a message of a request is this one, as far as that can be told without its place. */
  boolean is(Message message) {
    return says(message)
        || (kept != null && isBegunBy(Wording.of(message.role(), message.text()), message));
  }

  /**
   * Whether a message is what a client kept of this answer, which broke off.
   *
   * @param text what counts of the message's text
   */
  boolean isBegunBy(String text, Message message) {
    return kept != null
        && Kind.of(message) == Kind.ANSWER
        && !text.isEmpty()
        && kept.startsWith(text);
  }
}
