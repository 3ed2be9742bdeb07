package dev.helix.openwebui;

import java.util.Set;

/** How much of Open WebUI's tree our transcript must show after a step. */
enum Comparison {
  /** All of it and nothing else. */
  EQUAL {
    @Override
    boolean holds(HeaderSetup setup, Set<String> named, ChatTree theirs, ChatTree ours) {
      return setup.comparable(theirs, named).equals(setup.comparable(ours, named));
    }
  },

  /**
   * All of it and what was deleted from it, and nothing else: a message that Open WebUI does not
   * have any more says what it said last, and each message hangs below the one that it hung below
   * before.
   */
  KEPT {
    @Override
    ChatTree wanted(ChatTree before, ChatTree theirs) {
      return before.keepsWith(theirs);
    }

    @Override
    boolean holds(HeaderSetup setup, Set<String> named, ChatTree wanted, ChatTree ours) {
      return EQUAL.holds(setup, named, wanted, ours);
    }
  },

  /** All of it; what the wire could not tell at first may be there a second time. */
  CONTAINED {
    @Override
    boolean holds(HeaderSetup setup, Set<String> named, ChatTree theirs, ChatTree ours) {
      return ours.paths().containsAll(theirs.paths());
    }
  },

  /** Nothing yet: the wire looks like another action. */
  NONE {
    @Override
    boolean holds(HeaderSetup setup, Set<String> named, ChatTree theirs, ChatTree ours) {
      return true;
    }
  };

  /**
   * The tree that is compared with ours.
   *
   * @param before what that was after the last step of the chat
   * @param theirs what Open WebUI has now
   */
  ChatTree wanted(ChatTree before, ChatTree theirs) {
    return theirs;
  }

  abstract boolean holds(HeaderSetup setup, Set<String> named, ChatTree wanted, ChatTree ours);
}
