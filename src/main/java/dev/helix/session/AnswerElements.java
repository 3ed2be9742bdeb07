package dev.helix.session;

import dev.helix.message.AnswerStatus;
import dev.helix.message.ElementFields;
import dev.helix.message.Message;
import dev.helix.message.MessageKind;
import dev.helix.session.SessionStore.Reading;
import dev.helix.transcript.Answer;
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
  private final boolean beside;
  private final Instant now;
  private final List<Message> elements = new ArrayList<>();

  private AnswerElements(
      SessionStore store, TranscriptTree tree, OpenTurn turn, boolean beside, Instant now) {
    this.store = store;
    this.tree = tree;
    this.turn = turn;
    this.beside = beside;
    this.now = now;
  }

  /** Whether the tree is asked about anything, so that it must be known. */
  static boolean looksUp(OpenTurn turn) {
    return turn.answerId() != null || turn.continued() != null;
  }

  /**
   * Decides; the tree must be at the log's end, unless nothing {@linkplain #looksUp is looked up}.
   *
   * @param beside whether the answers are no part of the path: they become branches that failed,
   *     and no newer versions of what is there
   */
  static List<Message> of(
      SessionStore store,
      TranscriptTree tree,
      OpenTurn turn,
      List<Answer> answers,
      boolean beside,
      Instant now) {
    AnswerElements made = new AnswerElements(store, tree, turn, beside, now);
    try {
      made.add(answers);
    } catch (IncompleteTreeException e) {
      made.elements.clear();
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
      Node stored = named ? tree.get(turn.answerId()) : null;
      if (stored != null && isNothingNew(answer) && !stored.fingerprint().empty()) {
        continue; // What broke off without a word takes nothing away.
      }
      if (stored == null) {
        add(answer, named ? turn.answerId() : Placer.newId(), turn.parentId());
      } else if (!beside && isAboutTheSame(stored)) {
        add(answer, stored.id(), stored.parentId());
      } else {
        add(answer, Placer.newId(), turn.parentId());
      }
    }
  }

  private boolean isAboutTheSame(Node stored) {
    Node place = tree.get(turn.parentId());
    Node question = place == null ? null : tree.question(place);
    return stored.kind() == MessageKind.ANSWER
        && question != null
        && question.equals(tree.question(stored));
  }

  private void continued(List<Answer> answers) {
    Node node = tree.get(turn.continued());
    Message old =
        node == null
            ? null
            : new StoredHistory(store, tree, turn.session().sessionId(), null).get(node);
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
      boolean newer = i == 0 && old != null && !beside;
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
    elements.add(kept.message().as(turn.aside() ? fields.asAside() : fields));
  }
}
