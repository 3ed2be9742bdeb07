package dev.helix.backend;

import java.util.Optional;

/**
 * The model for a request that names none: the first one of the backend's list. In the servlet
 * context under the name of this class. Safe for use by many threads.
 */
@FunctionalInterface
public interface FirstModel {
  /**
   * Its id; empty where no list can be had, or it has no model. Blocks while the backend is asked
   * for its list, and no longer than callers of the list wait for it.
   */
  Optional<String> id();
}
