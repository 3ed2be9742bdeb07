package dev.helix.transcript.tree;

import dev.helix.message.Fingerprint;
import dev.helix.message.Message;
import dev.helix.message.MessageKind;
import dev.helix.transcript.LogVersion;
import dev.helix.transcript.Numbering;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The tree of one session without its texts: what is needed to find where a request's messages
 * belong. A message is looked up by its parent and its fingerprint, so that a search costs what the
 * request costs, however many branches there are. Not thread-safe. Specification section 4.
 */
public final class TranscriptTree {
  /** What is remembered of a message that is about no question: no id is empty. */
  private static final String NO_QUESTION = "";

  private LogVersion version = LogVersion.NONE;
  private Numbering numbering = new Numbering();
  private long recorded;
  private long keptChars;
  private final Map<String, Node> nodes = new HashMap<>();
  private Fingerprint system;
  private final NewestAnswer newestAnswer = new NewestAnswer();
  private final MessageCache recent;

  /** By what they say, in the order of their newest versions. */
  private final Map<Fingerprint, List<Node>> bySaying = new HashMap<>();

  /** Below a parent, and an answer that used tools also below its question. */
  private final Map<Place, List<Node>> children = new HashMap<>();

  /** Answers that broke off, below the same. */
  private final Map<String, List<Node>> broken = new HashMap<>();

  /** Answers below the parents of their questions. */
  private final Map<Place, List<Node>> grandchildren = new HashMap<>();

  /** Answers that broke off, below the same. */
  private final Map<String, List<Node>> brokenGrandchildren = new HashMap<>();

  /** Answers that say nothing, or nothing but reasoning, below a parent. */
  private final Map<String, List<Node>> silent = new HashMap<>();

  private final Set<String> followed = new HashSet<>();

  /** The questions that calls and results are about, as far as somebody asked. */
  private final Map<String, String> questions = new HashMap<>();

  /** Where a message may be: below a parent, null for the root, with what it says. */
  private record Place(String parentId, Fingerprint fingerprint) {
    // By hand as there, and as often.
    @Override
    public boolean equals(Object other) {
      return other instanceof Place that
          && fingerprint.equals(that.fingerprint)
          && Objects.equals(parentId, that.parentId);
    }

    @Override
    public int hashCode() {
      return 31 * fingerprint.hashCode() + (parentId == null ? 0 : parentId.hashCode());
    }
  }

  public TranscriptTree() {
    this(MessageCache.MOST);
  }

  /** A tree beside which so many bytes of messages are kept at most. */
  public TranscriptTree(int mostBytes) {
    recent = new MessageCache(mostBytes);
  }

  /** How far in the log this tree is. */
  public LogVersion version() {
    return version;
  }

  /** Whether it has read nothing yet, or nothing is stored. */
  public boolean isEmpty() {
    return version.equals(LogVersion.NONE);
  }

  /** How much there is to remember, in messages. */
  public int size() {
    return (int) Math.min(Integer.MAX_VALUE, nodes.size() + 1 + (keptChars + recent.bytes()) / 256);
  }

  /** The newest leading system message, or null. */
  Fingerprint system() {
    return system;
  }

  /** Messages that are kept with what they say. */
  public MessageCache recent() {
    return recent;
  }

  /** The answer that the current path leads to; null where that is not known, or none. */
  public Node newestAnswer() {
    return get(newestAnswer.id());
  }

  /** The message of an id; null where there is none, and for null. */
  public Node get(String id) {
    return id == null ? null : nodes.get(id);
  }

  /** The message before this one; null at the root. */
  public Node parent(Node node) {
    return get(node.parentId());
  }

  /** The messages from an end up to the root, or as far as there are any. */
  public List<Node> path(Node end) {
    Map<String, Node> path = new LinkedHashMap<>();
    // A file changed by hand may lead in a circle.
    Node at = get(end.id());
    while (at != null && path.put(at.id(), at) == null) {
      at = parent(at);
    }
    return List.copyOf(path.values());
  }

  /**
   * The question that a message is about: itself, or the nearest above it with nothing but calls
   * and results between. Null where there is none. What was passed on the way is remembered, so
   * that many messages behind one long row of calls do not each go up all of it.
   */
  public Node question(Node node) {
    List<String> passed = new ArrayList<>();
    Node at = node;
    // As many steps as there are messages: a file changed by hand may lead in a circle.
    for (int i = 0; at != null && i <= nodes.size(); i++) {
      if (at.kind() == MessageKind.QUESTION) {
        remember(passed, at.id());
        return at;
      }
      if (at.kind() == MessageKind.ANSWER && i > 0) {
        break;
      }
      String known = questions.get(at.id());
      if (known != null) {
        remember(passed, known);
        return known.equals(NO_QUESTION) ? null : nodes.get(known);
      }
      if (at.kind() != MessageKind.ANSWER && nodes.containsKey(at.id())) {
        passed.add(at.id());
      }
      if (at.parentId() != null && !nodes.containsKey(at.parentId())) {
        return null; // It may yet come.
      }
      at = parent(at);
    }
    remember(passed, NO_QUESTION);
    return null;
  }

  private void remember(List<String> passed, String question) {
    passed.forEach(id -> questions.put(id, question));
  }

  /** The messages of just this saying below a parent. Not to be changed. */
  List<Node> children(Node parent, Fingerprint saying) {
    return children.getOrDefault(new Place(parent.id(), saying), List.of());
  }

  /** The answers below a parent that broke off. Not to be changed. */
  List<Node> broken(Node parent) {
    return broken.getOrDefault(parent.id(), List.of());
  }

  /** The answers of this saying to the questions below a parent. Not to be changed. */
  List<Node> grandchildren(Node parent, Fingerprint saying) {
    return grandchildren.getOrDefault(new Place(parent.id(), saying), List.of());
  }

  /** The answers that broke off to the questions below a parent. Not to be changed. */
  List<Node> brokenGrandchildren(Node parent) {
    return brokenGrandchildren.getOrDefault(parent.id(), List.of());
  }

  /** The answers below a parent that say nothing but reasoning. Not to be changed. */
  List<Node> silent(Node parent) {
    return silent.getOrDefault(parent.id(), List.of());
  }

  /** Whether any message hangs below this one. */
  boolean isFollowed(Node node) {
    return followed.contains(node.id());
  }

  /** All messages of this saying, the newest last. Not to be changed. */
  List<Node> saying(Fingerprint saying) {
    return bySaying.getOrDefault(saying, List.of());
  }

  /**
   * Takes in what was read from the log.
   *
   * @param reached how far in the log that is
   * @param fromStart whether it is the whole log, and not what comes after this tree's version
   */
  public void apply(LogVersion reached, boolean fromStart, List<Message> elements) {
    if (fromStart) {
      nodes.clear();
      bySaying.clear();
      children.clear();
      broken.clear();
      grandchildren.clear();
      brokenGrandchildren.clear();
      silent.clear();
      followed.clear();
      questions.clear();
      numbering = new Numbering();
      recorded = 0;
      keptChars = 0;
      system = null;
      newestAnswer.clear();
      recent.forget();
    }
    elements.forEach(this::add);
    version = reached;
  }

  private void add(Message element) {
    Message numbered = numbering.next(element);
    recorded++;
    if (!numbered.element().parentKnown()) {
      system = element.fingerprint();
      recent.addSystem(element, numbered.element());
      return;
    }
    Node before = nodes.get(numbered.id());
    // A newer version keeps its place and is found by what it says now.
    String parentId = before == null ? numbered.parentId() : before.parentId();
    if (before != null) {
      change(before, false);
    }
    Node node = Node.of(numbered.id(), parentId, root(numbered.id(), parentId), element, recorded);
    if (before != null && before.kind() != node.kind()) {
      questions.clear(); // What was below it may be about something else now.
    }
    nodes.put(node.id(), node);
    newestAnswer.added(node, element);
    recent.add(node, element);
    followed.add(parentId);
    change(node, true);
  }

  private String root(String id, String parentId) {
    Node parent = get(parentId);
    return parentId == null ? id : parent == null ? null : parent.root();
  }

  /** Enters a message in the indexes, or takes it out. */
  private void change(Node node, boolean in) {
    if (node.silent()) {
      put(silent, node.parentId(), node, in);
    }
    if (node.kind() == MessageKind.ANSWER && node.fingerprint().empty()) {
      return;
    }
    node.sayings().forEach(saying -> change(node, saying, in));
    if (node.kept() != null) {
      keptChars += in ? node.kept().length() : -node.kept().length();
    }
  }

  private void change(Node node, Fingerprint saying, boolean in) {
    boolean parts = node.kept() != null && saying.equals(node.fingerprint());
    put(bySaying, saying, node, in);
    put(children, new Place(node.parentId(), saying), node, in);
    if (parts) {
      put(broken, node.parentId(), node, in);
    }
    Node question = node.kind() == MessageKind.ANSWER ? question(node) : calledBy(node);
    if (question == null) {
      return;
    }
    put(grandchildren, new Place(question.parentId(), saying), node, in);
    if (parts) {
      put(brokenGrandchildren, question.parentId(), node, in);
    }
    if (!question.id().equals(node.parentId())) {
      put(children, new Place(question.id(), saying), node, in);
      if (parts) {
        put(broken, question.id(), node, in);
      }
    }
  }

  /** The question right before a call; null where there is another message or it is no call. */
  private Node calledBy(Node call) {
    Node parent = call.kind() == MessageKind.CALL ? parent(call) : null;
    return parent != null && parent.kind() == MessageKind.QUESTION ? parent : null;
  }

  private static <K, V> void put(Map<K, List<V>> index, K key, V value, boolean in) {
    if (in) {
      index.computeIfAbsent(key, any -> new ArrayList<>(1)).add(value);
    } else if (index.containsKey(key)) {
      index.get(key).remove(value);
    }
  }
}
