package dev.helix.transcript.tree;

import dev.helix.message.Message;
import dev.helix.transcript.Transcript;
import dev.helix.transcript.TurnOrder;
import java.util.HashSet;
import java.util.Set;

/**
 * Which answer of a session the current path leads to: of those on a path from the root, and not
 * below a background prompt that the original took for a question, the one of the latest turn
 * ({@link TurnOrder}); the answer to an aside only where there is no other. It follows the log
 * element by element, and where an element makes it doubtful it is not known until an answer is
 * recorded that is not late. Not thread-safe: part of a {@link TranscriptTree}.
 */
final class NewestAnswer {
  private String id;

  private TurnOrder order;

  /** The newest answer to an aside, which counts where there is no other. */
  private String aside;

  private TurnOrder asideOrder;

  /** Whether there may be an answer that this one would have to be. */
  private boolean doubtful;

  /** The roots that are background prompts of the original. */
  private final Set<String> prompts = new HashSet<>();

  String id() {
    return id != null || doubtful ? id : aside;
  }

  /** Whether an answer is known, or that there is none. */
  boolean isKnown() {
    return id != null || !doubtful;
  }

  /** Whether an answer is known that is none to an aside. */
  boolean knowsTurn() {
    return id != null;
  }

  void clear() {
    id = null;
    aside = null;
    doubtful = false;
    prompts.clear();
  }

  /** Takes in the next element of the log, of which the tree has this node now. */
  void added(Node node, Message element) {
    boolean answer = Transcript.leads(element);
    boolean toAside = answer && element.element().aside();
    if (promptChanged(node, element) || (node.id().equals(id) && (!answer || toAside))) {
      id = null;
      doubtful = true;
    }
    if (node.id().equals(aside) && !toAside) {
      aside = null;
      doubtful = true;
    }
    if (answer && node.root() == null) {
      id = null; // Whether there is a path to it may be told only by what is yet to come.
      doubtful = true;
    } else if (answer && !prompts.contains(node.root())) {
      take(node, TurnOrder.of(element, node.recorded()), toAside);
    }
  }

  private void take(Node node, TurnOrder next, boolean toAside) {
    if (toAside) {
      if (aside == null || next.compareTo(asideOrder) > 0) {
        aside = node.id();
        asideOrder = next;
      }
    } else if (id == null ? !doubtful || next.isLast() : next.compareTo(order) > 0) {
      id = node.id();
      order = next;
    }
  }

  /** Whether what hangs below is now below a prompt, or not any more. */
  private boolean promptChanged(Node node, Message element) {
    if (node.parentId() != null) {
      return false;
    }
    return Transcript.isPromptOfTheOriginal(node.id(), element)
        ? prompts.add(node.id())
        : prompts.remove(node.id());
  }
}
