package dev.helix.session;

import java.util.HashSet;
import java.util.Set;

/**
 * Which answer of a session the current path leads to: of those on a path from the root, and not
 * below a background prompt that the original took for a question, the one whose newest version was
 * recorded last. It follows the log element by element, and where an element makes it doubtful it
 * is not known until the next answer is recorded. Not thread-safe: part of a {@link SessionTree}.
 */
final class NewestAnswer {
  /** Null where it is not known, or where there is none. */
  private String id;

  /** The roots that are background prompts of the original. */
  private final Set<String> prompts = new HashSet<>();

  /** Null where it is not known, or where there is none. */
  String id() {
    return id;
  }

  void clear() {
    id = null;
    prompts.clear();
  }

  /**
   * Takes in the next element of the log.
   *
   * @param before what was there of the same id, or null
   * @param node what is there now
   * @param followed whether other messages were there already that hang below this one
   */
  void added(Node before, Node node, Message element, boolean followed) {
    boolean answer = Transcript.isAnswer(element);
    boolean promptChanged = promptChanged(node, element);
    // What hangs below may be on a path from the root now, or below a prompt, or not any more.
    boolean moved = promptChanged || (before == null && followed);
    if (moved || (node.id().equals(id) && !answer)) {
      id = null;
    }
    if (answer && node.root() == null) {
      id = null; // Whether there is a path to it may be told only by what is yet to come.
    } else if (answer && !prompts.contains(node.root())) {
      id = node.id();
    }
  }

  private boolean promptChanged(Node node, Message element) {
    if (node.parentId() != null) {
      return false;
    }
    return Transcript.isTaskOfTheOriginal(node.id(), element)
        ? prompts.add(node.id())
        : prompts.remove(node.id());
  }
}
