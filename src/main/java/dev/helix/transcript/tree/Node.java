package dev.helix.transcript.tree;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Fingerprint;
import dev.helix.message.Message;
import dev.helix.message.MessageKind;
import dev.helix.text.NormalizedText;
import dev.helix.transcript.Numbering;
import dev.helix.transcript.Transcript;
import dev.helix.transcript.VersionPlace;
import java.util.List;
import java.util.function.Function;

/**
 * A message of a {@link TranscriptTree}, in its newest version.
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
 * @param asks what its tool calls ask for ({@link Message#asks}); 0 for what calls none
 * @param ends whether the current path may end here: it is an answer that came to something and
 *     calls no tools, or was added
 * @param checkpoint whether it is what had come so far of an answer, of which a client may have
 *     seen more
 * @param given whether it is what a turn answered, be it whole or not, or was added without one;
 *     not what came in a request
 * @param response what the id of the response ends with that it is, by which that is found; "" for
 *     one without such an id, null for what is no response
 * @param recorded the number of the newest version among all elements of the log
 */
public record Node(
    String id,
    String parentId,
    String root,
    MessageKind kind,
    Fingerprint fingerprint,
    boolean silent,
    Fingerprint apart,
    String kept,
    long asks,
    boolean ends,
    boolean checkpoint,
    boolean given,
    String response,
    long recorded) {

  /** Where there is no message: above the first one. */
  public static final Node ROOT = added(null, null, MessageKind.OTHER, null, -1);

  /** So many characters at the end of a response's id tell it from others of its session. */
  private static final int RESPONSE_END = 16;

  /** More of an answer that broke off is not compared. */
  private static final int LONGEST_KEPT = 1 << 16;

  static Node of(String id, String parentId, String root, Message element, long recorded) {
    MessageKind kind = MessageKind.of(element);
    Fingerprint fingerprint = element.fingerprint();
    boolean ends = Transcript.ends(element);
    if (kind != MessageKind.ANSWER) {
      long asks = kind == MessageKind.CALL ? element.asks() : 0;
      return new Node(
          id,
          parentId,
          root,
          kind,
          fingerprint,
          false,
          null,
          null,
          asks,
          ends,
          false,
          given(element),
          responseEnd(element),
          recorded);
    }
    String text = element.text();
    String said = NormalizedText.of(element.role(), text);
    boolean silent = fingerprint.empty() || NormalizedText.isOnlyReasoning(text);
    String pieces = NormalizedText.pieces(text);
    Fingerprint apart =
        pieces.equals(said) ? null : Message.of(element.role(), pieces).fingerprint();
    boolean broken =
        element.status() == AnswerStatus.CANCELLED || element.status() == AnswerStatus.FAILED;
    String kept =
        broken && !said.isEmpty() ? said.substring(0, Math.min(said.length(), LONGEST_KEPT)) : null;
    boolean checkpoint = element.element().checkpoint();
    return new Node(
        id,
        parentId,
        root,
        kind,
        fingerprint,
        silent,
        apart,
        kept,
        0,
        ends,
        checkpoint,
        given(element),
        responseEnd(element),
        recorded);
  }

  /** Whether an element is what a turn answered; the original did not say how its answers ended. */
  private static boolean given(Message element) {
    boolean numbered = element.id() == null || element.id().startsWith(Numbering.PREFIX);
    return element.element().added()
        || (element.isAssistant() && (numbered || element.status() != null));
  }

  /** What an element's response is found by, as {@link #response} says. */
  public static String responseEnd(Message element) {
    String id = element.element().responseId();
    return id == null || id.isEmpty() ? id : id.substring(Math.max(0, id.length() - RESPONSE_END));
  }

  /** A message that was just made an element and that nothing hangs below. */
  static Node added(String id, String parentId, Message message) {
    return added(id, parentId, MessageKind.of(message), message.fingerprint(), 0);
  }

  private static Node added(
      String id, String parentId, MessageKind kind, Fingerprint fingerprint, long recorded) {
    return new Node(
        id,
        parentId,
        null,
        kind,
        fingerprint,
        false,
        null,
        null,
        0,
        false,
        false,
        false,
        null,
        recorded);
  }

  /**
   * What a newer version hangs below.
   *
   * @param named the parent that it names
   * @param nodes gives a message by its id; null where there is none
   */
  public String place(String named, Function<String, Node> nodes) {
    return kind.isRound()
        ? parentId
        : VersionPlace.of(parentId, named, id -> aboveRound(nodes.apply(id)));
  }

  private static String aboveRound(Node node) {
    return node != null && node.kind.isRoundOrErased() ? node.parentId : null;
  }

  /** Whether it stands for an answer that runs, or never ended, and of which nothing has come. */
  public boolean isNothingYet() {
    return checkpoint && fingerprint.empty();
  }

  /** The fingerprints by which it is found. */
  public List<Fingerprint> sayings() {
    return apart == null ? List.of(fingerprint) : List.of(fingerprint, apart);
  }

  boolean says(Message message) {
    return fingerprint.equals(message.fingerprint())
        || (apart != null && apart.equals(message.fingerprint()));
  }

  /**
   * Those of messages that say the same which also ask the same of tools, as ids of calls are given
   * again in other replies; all of them where none does.
   */
  static List<Node> asking(Message message, List<Node> equal) {
    if (equal.size() < 2 || MessageKind.of(message) != MessageKind.CALL) {
      return equal;
    }
    long asks = message.asks();
    List<Node> same = equal.stream().filter(node -> node.asks() == asks).toList();
    return same.isEmpty() ? equal : same;
  }

  /** Whether a message of a request is this one, as far as that can be told without its place. */
  boolean is(Message message) {
    return says(message)
        || (kept != null && !begunBy(message, List.of(this)).isEmpty() && !goesOnIn(message));
  }

  /** Whether a message says all that this checkpoint says, and more; false where it is long. */
  boolean goesOnIn(Message message) {
    return checkpoint
        && kept != null
        && kept.length() < LONGEST_KEPT
        && !says(message)
        && said(message).startsWith(kept);
  }

  private static String said(Message message) {
    return NormalizedText.of(message.role(), message.text());
  }

  /**
   * Those of the answers that broke off of which a message is what a client kept, and which do not
   * say all that it says; of a checkpoint a client may have seen more. Its text is read once, where
   * there are any.
   */
  public static List<Node> begunBy(Message message, List<Node> broken) {
    if (broken.isEmpty() || MessageKind.of(message) != MessageKind.ANSWER) {
      return List.of();
    }
    String text = said(message);
    return text.isEmpty()
        ? List.of()
        : broken.stream().filter(node -> node.isPart(text) && !node.says(message)).toList();
  }

  private boolean isPart(String text) {
    return kept.startsWith(text) || (checkpoint && text.startsWith(kept));
  }
}
