package dev.helix.session;

import dev.helix.session.SessionStore.Reading;
import dev.helix.session.SessionStore.Version;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The tree of one session without its texts: what is needed to find where a request's messages
 * belong. A message is looked up by its parent and its fingerprint, so that a search costs what the
 * request costs, however many branches there are. Not thread-safe. Specification section 4.
 */
final class SessionTree {
  private Version version = Version.NONE;
  private Numbering numbering = new Numbering();
  private long recorded;
  private final Map<String, Node> nodes = new HashMap<>();
  private final Map<Place, List<Node>> children = new HashMap<>();
  private Fingerprint system;

  /** Where a message may be: below a parent, null for the root, with what it says. */
  private record Place(String parentId, Fingerprint fingerprint) {}

  /** A message; {@code recorded} is the number of its newest version. */
  private record Node(String id, String parentId, Fingerprint fingerprint, long recorded) {
    Place place() {
      return new Place(parentId, fingerprint);
    }
  }

  /**
   * Where a request's messages belong.
   *
   * @param elements those that are new, ready to be appended
   * @param parentId the last of the request's messages, stored or new; null when it has none
   */
  record Placement(List<Message> elements, String parentId) {}

  /** How far in the log this tree is. */
  Version version() {
    return version;
  }

  /** How much there is to remember, in messages. */
  int size() {
    return nodes.size() + 1;
  }

  boolean contains(String id) {
    return nodes.containsKey(id);
  }

  Fingerprint fingerprint(String id) {
    return nodes.get(id).fingerprint();
  }

  /** Takes in what was read from the log after this tree's version, or the whole of it. */
  void apply(Reading reading) {
    if (reading.fromStart()) {
      nodes.clear();
      children.clear();
      numbering = new Numbering();
      recorded = 0;
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
    String parentId = numbered.parentId();
    if (before != null) {
      // A newer version keeps its place and is found by what it says now.
      parentId = before.parentId();
      children.get(before.place()).remove(before);
    }
    Node node = new Node(numbered.id(), parentId, element.fingerprint(), recorded);
    nodes.put(node.id(), node);
    children.computeIfAbsent(node.place(), place -> new ArrayList<>(1)).add(node);
  }

  /**
   * Finds the messages below a node, as deep as they go, and makes elements of those that are left.
   *
   * @param below where to begin, null for the root
   */
  Placement place(String below, List<Message> messages, Instant now) {
    List<Message> elements = new ArrayList<>();
    List<Message> chain = new ArrayList<>(messages);
    if (!chain.isEmpty() && chain.get(0).isSystem()) {
      Message leading = chain.remove(0);
      if (!leading.fingerprint().equals(system)) {
        elements.add(leading.as(ElementFields.system(newId(), now)));
      }
    }
    chain.removeIf(message -> message.isAssistant() && message.fingerprint().empty());
    List<Node> equal = List.of();
    int found = 0;
    for (Message message : chain) {
      List<Node> next = new ArrayList<>();
      if (found == 0) {
        next.addAll(children.getOrDefault(new Place(below, message.fingerprint()), List.of()));
      }
      for (Node parent : equal) {
        next.addAll(
            children.getOrDefault(new Place(parent.id(), message.fingerprint()), List.of()));
      }
      if (next.isEmpty()) {
        break;
      }
      equal = next;
      found++;
    }
    String parentId =
        equal.stream().max(Comparator.comparing(Node::recorded)).map(Node::id).orElse(below);
    for (Message message : chain.subList(found, chain.size())) {
      String id = newId();
      elements.add(message.as(ElementFields.node(id, parentId, now)));
      parentId = id;
    }
    return new Placement(List.copyOf(elements), parentId);
  }

  static String newId() {
    return UUID.randomUUID().toString();
  }
}
