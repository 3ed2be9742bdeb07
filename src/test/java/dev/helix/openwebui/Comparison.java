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

  abstract boolean holds(HeaderSetup setup, Set<String> named, ChatTree theirs, ChatTree ours);
}
