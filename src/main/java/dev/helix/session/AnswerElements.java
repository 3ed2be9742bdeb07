package dev.helix.session;

import dev.helix.session.SessionStore.Version;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What the end of a turn adds to the transcript: its answers, each with its place and its id.
 * Specification sections 4 and 7.
 */
final class AnswerElements {
  private final SessionStore store;
  private final SessionTree tree;
  private final OpenTurn turn;
  private final Instant now;
  private final List<Message> elements = new ArrayList<>();

  private AnswerElements(SessionStore store, SessionTree tree, OpenTurn turn, Instant now) {
    this.store = store;
    this.tree = tree;
    this.turn = turn;
    this.now = now;
  }

  /** Decides; the tree must be at the log's end. */
  static List<Message> of(
      SessionStore store, SessionTree tree, OpenTurn turn, List<Answer> answers, Instant now) {
    AnswerElements made = new AnswerElements(store, tree, turn, now);
    if (turn.continued() == null) {
      made.begun(answers);
    } else {
      made.continued(answers);
    }
    return List.copyOf(made.elements);
  }

  private void begun(List<Answer> answers) {
    for (int i = 0; i < answers.size(); i++) {
      Answer answer = answers.get(i);
      boolean named = i == 0 && turn.answerId() != null && !callsTools(answer);
      Node stored = named ? tree.get(turn.answerId()) : null;
      if (stored == null) {
        add(answer, named ? turn.answerId() : Placer.newId(), turn.parentId());
      } else if (isAboutTheSame(stored)) {
        add(answer, stored.id(), stored.parentId());
      } else {
        add(answer, Placer.newId(), turn.parentId());
      }
    }
  }

  private boolean isAboutTheSame(Node stored) {
    Node place = tree.get(turn.parentId());
    Node question = place == null ? null : tree.question(place);
    return stored.kind() == Kind.ANSWER
        && question != null
        && question.equals(tree.question(stored));
  }

  private void continued(List<Answer> answers) {
    Node node = tree.get(turn.continued());
    Message old = node == null ? null : stored(node.id());
    for (int i = 0; i < answers.size(); i++) {
      Answer answer = answers.get(i);
      boolean nothing = answer.message().fingerprint().empty();
      if (nothing && answer.status() != AnswerStatus.COMPLETED) {
        continue; // The old version stands.
      }
      if (callsTools(answer)) {
        add(answer, Placer.newId(), turn.parentId());
        continue;
      }
      Message begun = old == null ? Message.of("assistant", turn.begun()) : old;
      Message joined = Continuation.join(begun, turn.begun(), answer.message());
      Answer whole = new Answer(joined, answer.model(), answer.finishReason(), answer.status());
      boolean newer = i == 0 && old != null;
      add(whole, newer ? node.id() : Placer.newId(), newer ? node.parentId() : turn.parentId());
    }
  }

  /** The newest version of a message. Only who continues an answer pays for this look. */
  private Message stored(String id) {
    return Transcript.of(store.read(turn.session().sessionId(), Version.NONE).elements()).get(id);
  }

  private static boolean callsTools(Answer answer) {
    return answer.message().fingerprint().calls();
  }

  private void add(Answer answer, String id, String parentId) {
    elements.add(answer.message().as(ElementFields.answer(id, parentId, now, answer)));
  }
}
