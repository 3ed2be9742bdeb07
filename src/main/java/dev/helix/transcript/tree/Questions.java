package dev.helix.transcript.tree;

import dev.helix.message.MessageKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Which question each message of a tree is about. What was passed on the way to one is remembered,
 * so that many messages behind one long row of calls do not each go up all of it. Not thread-safe:
 * part of a {@link TranscriptTree}.
 */
final class Questions {
  /** What is remembered of a message that is about no question: no id is empty. */
  private static final String NO_QUESTION = "";

  private final TranscriptTree tree;

  /** The questions that calls and results are about, as far as somebody asked. */
  private Map<String, String> known = new HashMap<>();

  Questions(TranscriptTree tree) {
    this.tree = tree;
  }

  /** As {@link TranscriptTree#question} says. */
  Node of(Node node) {
    List<String> passed = new ArrayList<>();
    Node at = node;
    // As many steps as there are messages: a file changed by hand may lead in a circle.
    for (int i = 0; at != null && i <= tree.size(); i++) {
      if (at.kind() == MessageKind.QUESTION) {
        remember(passed, at.id());
        return at;
      }
      if (at.kind() == MessageKind.ANSWER && i > 0) {
        break;
      }
      String question = known.get(at.id());
      if (question != null) {
        remember(passed, question);
        return question.equals(NO_QUESTION) ? null : tree.get(question);
      }
      if (at.kind() != MessageKind.ANSWER && tree.has(at.id())) {
        passed.add(at.id());
      }
      Node parent = tree.parent(at);
      if (at.parentId() != null && parent == null) {
        return null; // It may yet come.
      }
      at = parent;
    }
    remember(passed, NO_QUESTION);
    return null;
  }

  private void remember(List<String> passed, String question) {
    passed.forEach(id -> known.put(id, question));
  }

  void forget() {
    known = new HashMap<>();
  }

  /** Lets go of all but these messages. */
  void keep(Predicate<String> ids) {
    known = NodeIndex.kept(known, ids);
  }
}
