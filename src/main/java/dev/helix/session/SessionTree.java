package dev.helix.session;

import dev.helix.session.SessionStore.Reading;
import dev.helix.session.SessionStore.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The tree of one session without its texts: what is needed to find where a request's messages
 * belong. A message is looked up by its parent and its fingerprint, so that a search costs what the
 * request costs, however many branches there are. Not thread-safe. Specification section 4.
 */
final class SessionTree {
  private Version version = Version.NONE;
  private Numbering numbering = new Numbering();
  private long recorded;
  private long keptChars;
  private final Map<String, Node> nodes = new HashMap<>();
  private Fingerprint system;

  /** By what they say, in the order of their newest versions. */
  private final Map<Fingerprint, List<Node>> bySaying = new HashMap<>();

  /** Below a parent, and an answer that used tools also below its question. */
  private final Map<Place, List<Node>> children = new HashMap<>();

  /** Answers that broke off, below the same. */
  private final Map<String, List<Node>> broken = new HashMap<>();

  /** Questions by the place that an answer would have if it stood in the question's stead. */
  private final Map<Place, List<String>> answered = new HashMap<>();

  /** Where a message may be: below a parent, null for the root, with what it says. */
  private record Place(String parentId, Fingerprint fingerprint) {}

  /** How far in the log this tree is. */
  Version version() {
    return version;
  }

  /** How much there is to remember, in messages. */
  int size() {
    return (int) Math.min(Integer.MAX_VALUE, nodes.size() + 1 + keptChars / 256);
  }

  /** The newest leading system message, or null. */
  Fingerprint system() {
    return system;
  }

  /** The message of an id; null where there is none, and for null. */
  Node get(String id) {
    return id == null ? null : nodes.get(id);
  }

  /** The message before this one; null at the root. */
  Node parent(Node node) {
    return get(node.parentId());
  }

  /**
   * The question that a message is about: itself, or the nearest above it with nothing but calls
   * and results between. Null where there is none.
   */
  Node question(Node node) {
    Node at = node;
    // As many steps as there are messages: a file changed by hand may lead in a circle.
    for (int i = 0; at != null && i <= nodes.size(); i++) {
      if (at.kind() == Kind.QUESTION) {
        return at;
      }
      at = parent(at);
      if (at != null && at.kind() == Kind.ANSWER) {
        return null;
      }
    }
    return null;
  }

  /** The messages of just this saying below a parent. Not to be changed. */
  List<Node> children(Node parent, Fingerprint saying) {
    return children.getOrDefault(new Place(parent.id(), saying), List.of());
  }

  /** The answers below a parent that broke off. Not to be changed. */
  List<Node> broken(Node parent) {
    return broken.getOrDefault(parent.id(), List.of());
  }

  /** The questions below a parent that have an answer of this saying. */
  List<Node> answered(Node parent, Fingerprint answer) {
    return answered.getOrDefault(new Place(parent.id(), answer), List.of()).stream()
        .map(nodes::get)
        .toList();
  }

  /** All messages of this saying, the newest last. Not to be changed. */
  List<Node> saying(Fingerprint saying) {
    return bySaying.getOrDefault(saying, List.of());
  }

  /** Takes in what was read from the log after this tree's version, or the whole of it. */
  void apply(Reading reading) {
    if (reading.fromStart()) {
      nodes.clear();
      bySaying.clear();
      children.clear();
      broken.clear();
      answered.clear();
      numbering = new Numbering();
      recorded = 0;
      keptChars = 0;
      system = null;
    }
    reading.elements().forEach(this::add);
    version = reading.version();
  }

  private void add(Message element) {
    Message numbered = numbering.next(element);
    recorded++;
    if (!numbered.element().parentKnown()) {
      system = element.fingerprint();
      return;
    }
    Node before = nodes.get(numbered.id());
    // A newer version keeps its place and is found by what it says now.
    String parentId = before == null ? numbered.parentId() : before.parentId();
    if (before != null) {
      change(before, false);
    }
    Node node = Node.of(numbered.id(), parentId, element, recorded);
    nodes.put(node.id(), node);
    change(node, true);
  }

  /** Enters a message in the indexes, or takes it out. */
  private void change(Node node, boolean in) {
    if (node.kind() == Kind.ANSWER && node.fingerprint().empty()) {
      return; // It is equal to nothing.
    }
    Fingerprint saying = node.fingerprint();
    put(bySaying, saying, node, in);
    put(children, new Place(node.parentId(), saying), node, in);
    if (node.kept() != null) {
      keptChars += in ? node.kept().length() : -node.kept().length();
      put(broken, node.parentId(), node, in);
    }
    Node question = node.kind() == Kind.ANSWER ? question(node) : null;
    if (question == null) {
      return;
    }
    put(answered, new Place(question.parentId(), saying), question.id(), in);
    if (!question.id().equals(node.parentId())) {
      put(children, new Place(question.id(), saying), node, in);
      if (node.kept() != null) {
        put(broken, question.id(), node, in);
      }
    }
  }

  private static <K, V> void put(Map<K, List<V>> index, K key, V value, boolean in) {
    if (in) {
      index.computeIfAbsent(key, any -> new ArrayList<>(1)).add(value);
    } else if (index.containsKey(key)) {
      index.get(key).remove(value);
    }
  }
}
