package dev.helix.session;

import dev.helix.message.AnswerStatus;
import dev.helix.message.ElementFields;
import dev.helix.message.Message;
import dev.helix.message.MessageKind;
import dev.helix.session.SessionStore.Reading;
import dev.helix.text.NormalizedText;
import dev.helix.transcript.Answer;
import dev.helix.transcript.TurnOrder;
import dev.helix.transcript.tree.Continuation;
import dev.helix.transcript.tree.IncompleteTreeException;
import dev.helix.transcript.tree.Node;
import dev.helix.transcript.tree.Placer;
import dev.helix.transcript.tree.TranscriptTree;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What the end of a turn adds to the transcript: its answers, each with its place and its id.
 * Specification sections 4 and 7.
 */
final class AnswerElements {
  private final SessionStore store;
  private final TranscriptTree tree;
  private final OpenTurn turn;
  private final boolean late;
  private final boolean beside;
  private final Instant now;
  private final List<Message> elements = new ArrayList<>();

  /** What is read of the log; null until something is. */
  private StoredHistory stored;

  private AnswerElements(
      SessionStore store,
      TranscriptTree tree,
      OpenTurn turn,
      boolean late,
      boolean beside,
      Instant now) {
    this.store = store;
    this.tree = tree;
    this.turn = turn;
    this.late = late;
    this.beside = beside;
    this.now = now;
  }

  /** Whether the tree is asked about anything, so that it must be known. */
  static boolean looksUp(OpenTurn turn) {
    return turn.answerId() != null || turn.continued() != null;
  }

  /**
   * Decides; the tree must be at the log's end, unless nothing {@linkplain #looksUp is looked up}
   * and the turn is not late.
   *
   * @param late whether others have added to the log since the turn began
   * @param beside whether the answers are no part of the path: they become branches that failed,
   *     and no newer versions of what is there
   */
  static List<Message> of(
      SessionStore store,
      TranscriptTree tree,
      OpenTurn turn,
      List<Answer> answers,
      boolean late,
      boolean beside,
      Instant now) {
    AnswerElements made = new AnswerElements(store, tree, turn, late, beside, now);
    try {
      made.add(answers);
    } catch (IncompleteTreeException e) {
      made.elements.clear();
      made.stored = null;
      Reading unused = TurnPlan.readWhole(store, tree, turn.session().sessionId());
      made.add(answers);
    }
    return List.copyOf(made.elements);
  }

  private void add(List<Answer> answers) {
    if (turn.continued() == null) {
      begun(answers);
    } else {
      continued(answers);
    }
  }

  private void begun(List<Answer> answers) {
    for (int i = 0; i < answers.size(); i++) {
      Answer answer = answers.get(i);
      boolean named = i == 0 && turn.answerId() != null && !callsTools(answer);
      Node there = named ? tree.get(turn.answerId()) : null;
      if (there != null && isNothingNew(answer) && !there.fingerprint().empty()) {
        continue; // What broke off without a word takes nothing away.
      }
      boolean same = there != null && !beside && isAboutTheSame(there);
      if (i == 0 && late && !beside && !callsTools(answer) && (same || !named)) {
        addLate(answer, there);
      } else if (same) {
        add(answer, there.id(), there.parentId());
      } else {
        add(answer, there == null && named ? turn.answerId() : Placer.newId(), turn.parentId());
      }
    }
  }

  /**
   * Adds an answer that others have gone before: as a newer version of what its client kept of it,
   * and has sent with the next question, but not of a later turn's answer.
   *
   * @param named the message that has its id; null where it has none
   */
  private void addLate(Answer answer, Node named) {
    String said = said(answer.message());
    Node kept = named != null ? named : keptByClient(said);
    Message there = kept == null ? null : message(kept);
    if (there == null) {
      add(answer, Placer.newId(), turn.parentId());
    } else if (goesBefore(kept, there, said)) {
      add(answer, kept.id(), kept.parentId());
    } else if (answer.status() == AnswerStatus.COMPLETED || !said(there).startsWith(said)) {
      add(answer, Placer.newId(), turn.parentId()); // Else all of it is there.
    }
  }

  /** What came below the question since the turn began, and is the beginning of its answer. */
  private Node keptByClient(String said) {
    for (Node node : tree.answersBelow(turn.parentId(), turn.after())) {
      Message there = message(node);
      if (there != null && isByClient(there) && !said(there).isEmpty()) {
        if (said.startsWith(said(there))) {
          return node;
        }
      }
    }
    return null;
  }

  private boolean goesBefore(Node node, Message there, String said) {
    if (node.recorded() <= turn.after()) {
      return true;
    }
    return isByClient(there)
        ? said.startsWith(said(there))
        : TurnOrder.of(there, node.recorded()).compareTo(order()) < 0;
  }

  private TurnOrder order() {
    return new TurnOrder(turn.after(), turn.began(), Long.MAX_VALUE);
  }

  /** Whether an answer came with a request, and is no turn's. */
  private static boolean isByClient(Message answer) {
    return answer.status() == null;
  }

  private static String said(Message message) {
    return NormalizedText.of(message.role(), message.text());
  }

  private Message message(Node node) {
    if (stored == null) {
      stored = new StoredHistory(store, tree, turn.session().sessionId(), null);
    }
    return stored.get(node);
  }

  private boolean isAboutTheSame(Node named) {
    Node place = tree.get(turn.parentId());
    Node question = place == null ? null : tree.question(place);
    return named.kind() == MessageKind.ANSWER
        && question != null
        && question.equals(tree.question(named));
  }

  private void continued(List<Answer> answers) {
    Node node = tree.get(turn.continued());
    Message old = node == null ? null : message(node);
    boolean gone = old != null && late && !goesBefore(node, old, said(old));
    for (int i = 0; i < answers.size(); i++) {
      Answer answer = answers.get(i);
      if (isNothingNew(answer)) {
        continue; // The old version stands.
      }
      if (callsTools(answer)) {
        add(answer, Placer.newId(), turn.parentId());
        continue;
      }
      Message begun = old == null ? Message.of("assistant", turn.begun()) : old;
      Message joined = Continuation.join(begun, turn.begun(), answer.message());
      Answer whole = new Answer(joined, answer.model(), answer.finishReason(), answer.status());
      boolean newer = i == 0 && old != null && !beside && !gone;
      add(whole, newer ? node.id() : Placer.newId(), newer ? node.parentId() : turn.parentId());
    }
  }

  private static boolean isNothingNew(Answer answer) {
    return answer.message().fingerprint().empty() && answer.status() != AnswerStatus.COMPLETED;
  }

  private static boolean callsTools(Answer answer) {
    return answer.message().fingerprint().calls();
  }

  private void add(Answer answer, String id, String parentId) {
    Answer kept = beside ? answer.withStatus(AnswerStatus.FAILED) : answer;
    ElementFields fields = kept.fields(id, parentId, now);
    ElementFields begun = fields.begun(turn.began(), late ? turn.after() : null);
    elements.add(kept.message().as(turn.aside() ? begun.asAside() : begun));
  }
}
