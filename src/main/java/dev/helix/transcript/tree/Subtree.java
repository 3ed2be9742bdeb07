package dev.helix.transcript.tree;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What hangs below a message. No state. */
final class Subtree {
  private Subtree() {}

  /** The messages that are the one of this id or below it. */
  static Map<String, Node> of(Map<String, Node> nodes, String top) {
    Map<String, Boolean> known = new HashMap<>();
    known.put(top, true);
    Map<String, Node> below = new HashMap<>();
    for (Node node : nodes.values()) {
      List<String> passed = new ArrayList<>();
      String at = node.id();
      while (at != null && !known.containsKey(at)) {
        known.put(at, false); // In a circle it stays so.
        passed.add(at);
        Node there = nodes.get(at);
        at = there == null ? null : there.parentId();
      }
      if (at != null && known.get(at)) {
        passed.forEach(id -> known.put(id, true));
      }
      if (known.get(node.id())) {
        below.put(node.id(), node);
      }
    }
    return below;
  }
}
