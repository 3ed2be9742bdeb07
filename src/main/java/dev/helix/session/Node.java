package dev.helix.session;

import java.util.List;

/**
 * A message of a {@link SessionTree}, in its newest version.
 *
 * @param parentId null at the root
 * @param apart what it says where a client puts line ends in place of reasoning between its parts;
 *     null where that is no other
 * @param kept what counts of the text of an answer that broke off, of which a client may have kept
 *     less; null for every other message
 * @param recorded the number of the newest version among all elements of the log
 */
record Node(
    String id,
    String parentId,
    Kind kind,
    Fingerprint fingerprint,
    Fingerprint apart,
    String kept,
    long recorded) {

  /** Where there is no message: above the first one. */
  static final Node ROOT = new Node(null, null, Kind.OTHER, null, null, null, -1);

  /** More of an answer that broke off is not compared. */
  private static final int LONGEST_KEPT = 1 << 16;

  /** What a tree knows of an element. */
  static Node of(String id, String parentId, Message element, long recorded) {
    Kind kind = Kind.of(element);
    Fingerprint apart = null;
    String kept = null;
    if (kind == Kind.ANSWER) {
      apart = apart(element);
      if (element.status() == AnswerStatus.CANCELLED || element.status() == AnswerStatus.FAILED) {
        String text = Wording.of(element.role(), element.text());
        kept = text.isEmpty() ? null : text.substring(0, Math.min(text.length(), LONGEST_KEPT));
      }
    }
    return new Node(id, parentId, kind, element.fingerprint(), apart, kept, recorded);
  }

  private static Fingerprint apart(Message element) {
    String text = element.text();
    String pieces = Wording.pieces(text);
    return pieces.equals(Wording.of(element.role(), text))
        ? null
        : Message.of(element.role(), pieces).fingerprint();
  }

  /** Whether it is an answer without a word, which clients never send again. */
  boolean isSilent() {
    return kind == Kind.ANSWER && fingerprint.empty();
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
