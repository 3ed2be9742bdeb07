package dev.helix.transcript.tree;

import dev.helix.message.Fingerprint;
import dev.helix.message.Message;
import dev.helix.message.MessageKind;
import dev.helix.transcript.LogVersion;
import dev.helix.transcript.Numbering;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The tree of one session without its texts: what is needed to find where a request's messages
 * belong. A message is looked up by its parent and its fingerprint, so that a search costs what the
 * request costs, however many branches there are.
 *
 * <p>To take less memory it can be {@linkplain #cut() cut}: then it knows the end of the current
 * path, and what hangs below that, as well as before. Whatever else is asked of it ends with {@link
 * IncompleteTreeException}.
 *
 * <p>Not thread-safe. Specification section 4.
 */
public final class TranscriptTree {
  /** What a message takes in memory, in bytes, beside its id and what is kept of its text. */
  private static final int NODE_BYTES = 320;

  /** What a response takes beside that, to be found by its id. */
  private static final int RESPONSE_BYTES = 200;

  private static final int TREE_BYTES = 2048;

  /** So many messages more than the last turn needed are left when a tree is cut. */
  private static final int SPARE = 2;

  private LogVersion version = LogVersion.NONE;
  private Numbering numbering = new Numbering();
  private long recorded;
  private Map<String, Node> nodes = new HashMap<>();
  private NodeIndex index = new NodeIndex();
  private Fingerprint system;
  private Fingerprint asideSystem;
  private final NewestAnswer newestAnswer = new NewestAnswer();
  private final MessageCache recent;

  private Set<String> leaves = new HashSet<>();

  /** What messages hang below that did not come yet, and may never. */
  private Set<String> missing = new HashSet<>();

  private final Questions questions = new Questions(this);

  /** The hash codes of the messages that were let go of, in their order; null for a whole tree. */
  private int[] forgotten;

  private long textBytes;
  private int reach;
  private int reachBytes;

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

  /** Whether it has all that it has read. */
  public boolean isWhole() {
    return forgotten == null && !isEmpty();
  }

  /** What the ids of all responses that it knows end with. */
  public Set<String> responses() {
    return index.responses();
  }

  /** How many elements of the log it has read. */
  public long recorded() {
    return recorded;
  }

  /** How many messages it knows. */
  public int size() {
    return nodes.size();
  }

  /** About how much memory it takes, in bytes, with the messages that are kept beside it. */
  public long bytes() {
    return TREE_BYTES
        + (long) NODE_BYTES * nodes.size()
        + textBytes
        + recent.bytes()
        + (forgotten == null ? 0 : 4L * forgotten.length);
  }

  /** The newest leading system message, or null. */
  public Fingerprint system() {
    return system;
  }

  /** The newest leading system message of an aside, or null. */
  public Fingerprint asideSystem() {
    return asideSystem;
  }

  /** Messages that are kept with what they say. */
  public MessageCache recent() {
    return recent;
  }

  /** Whether it is known which answer the current path leads to, or that there is none. */
  public boolean knowsNewestAnswer() {
    return newestAnswer.isKnown();
  }

  /** The answer that the current path leads to; null where that is not known, or none. */
  public Node newestAnswer() {
    return get(newestAnswer.id());
  }

  /** Whether an answer is known that is none to an aside. */
  public boolean knowsTurn() {
    return newestAnswer.knowsTurn();
  }

  /** Takes note of how many messages, of how many bytes, a stored turn needed of the path's end. */
  public void reaches(int messages, int bytes) {
    reach = messages;
    reachBytes = bytes;
  }

  /** How many bytes of messages the last turn with stored history needed. */
  public int reachBytes() {
    return reachBytes;
  }

  /** The message of an id; null where there is none, and for null. */
  public Node get(String id) {
    Node node = id == null ? null : nodes.get(id);
    if (node == null && id != null && isForgotten(id)) {
      throw new IncompleteTreeException();
    }
    return node;
  }

  /** Whether a message is here, of which nothing else is asked. */
  boolean has(String id) {
    return nodes.containsKey(id);
  }

  private boolean isForgotten(String id) {
    return forgotten != null && Arrays.binarySearch(forgotten, id.hashCode()) >= 0;
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
   * and results between. Null where there is none.
   */
  public Node question(Node node) {
    return questions.of(node);
  }

  /**
   * The newest of those that are a response, by what its id ends with; null where none is. It is
   * none whose newer version is another response.
   */
  public Node response(String end) {
    Node node = index.response(end);
    if (node == null && forgotten != null) {
      throw new IncompleteTreeException();
    }
    return node;
  }

  /** Those of a kind right below a message that came behind so many elements of the log. */
  public List<Node> below(String parentId, MessageKind kind, long after) {
    boolean unknown = parentId == null ? forgotten != null : isForgotten(parentId);
    if (unknown && !nodes.containsKey(parentId)) {
      throw new IncompleteTreeException();
    }
    return nodes.values().stream()
        .filter(node -> node.kind() == kind && node.recorded() > after)
        .filter(node -> Objects.equals(node.parentId(), parentId))
        .toList();
  }

  /** Where messages are found below one that is known with all that hangs below it. */
  NodeIndex below(Node parent) {
    if (forgotten != null && parent.id() == null) {
      throw new IncompleteTreeException();
    }
    return index;
  }

  /** All messages of this saying, the newest last. Not to be changed. */
  List<Node> saying(Fingerprint saying) {
    return below(Node.ROOT).saying(saying);
  }

  /** Whether anything hangs below a message. */
  public boolean isFollowed(Node node) {
    return !leaves.contains(node.id());
  }

  /**
   * Takes in what was read from the log. A cut tree is {@linkplain #isEmpty() empty} afterwards
   * where it cannot tell what an element changes.
   *
   * @param reached how far in the log that is
   * @param fromStart whether it is the whole log, and not what comes after this tree's version
   */
  public void apply(LogVersion reached, boolean fromStart, List<Message> elements) {
    if (fromStart) {
      clear();
    }
    for (Message element : elements) {
      Message numbered = numbering.next(element);
      if (forgotten != null && isDoubtful(numbered)) {
        clear();
        return;
      }
      add(element, numbered);
    }
    version = reached;
  }

  private void clear() {
    version = LogVersion.NONE;
    numbering = new Numbering();
    recorded = 0;
    nodes = new HashMap<>();
    index = new NodeIndex();
    system = null;
    asideSystem = null;
    newestAnswer.clear();
    recent.forget();
    leaves = new HashSet<>();
    missing = new HashSet<>();
    questions.forget();
    forgotten = null;
    textBytes = 0;
  }

  /** Whether what was let go of may have to do with an element. */
  private boolean isDoubtful(Message element) {
    String parentId = element.parentId();
    Node before = nodes.get(element.id());
    return element.element().parentKnown()
        && (before == null || !Objects.equals(before.parentId(), parentId))
        && (isForgotten(element.id())
            || missing.contains(element.id())
            || (parentId != null && !nodes.containsKey(parentId)));
  }

  private void add(Message element, Message numbered) {
    recorded++;
    if (!numbered.element().parentKnown()) {
      Fingerprint leading = element.isErased() ? null : element.fingerprint();
      if (element.element().aside()) {
        asideSystem = leading;
        return;
      }
      system = leading;
      recent.addSystem(element, numbered.element());
      return;
    }
    Node before = nodes.get(numbered.id());
    String parentId =
        before == null ? numbered.parentId() : before.place(numbered.parentId(), nodes::get);
    Node parent = parentId == null ? null : nodes.get(parentId);
    if (before != null) {
      change(before, false);
    }
    String root = parentId == null ? numbered.id() : parent == null ? null : parent.root();
    Node node =
        Node.of(
            before == null ? numbered.id() : before.id(),
            parent == null ? parentId : parent.id(), // the same object, as there are many
            root,
            element,
            recorded);
    if (before != null
        && (before.kind() != node.kind() || !Objects.equals(before.parentId(), parentId))) {
      questions.forget(); // What was below it may be about something else now.
    }
    nodes.put(node.id(), node);
    newestAnswer.added(node, element);
    recent.add(node, element);
    if (before == null) {
      textBytes += node.id().length();
      if (!missing.remove(node.id())) {
        leaves.add(node.id());
      }
    }
    leaves.remove(parentId);
    if (parentId != null && !nodes.containsKey(parentId)) {
      missing.add(parentId);
    }
    change(node, true);
  }

  private void change(Node node, boolean in) {
    index.change(node, asked(node), in);
    textBytes += in ? textBytes(node) : -textBytes(node);
  }

  /** What a message takes beside its id, for what is kept of its text and to find a response. */
  private static int textBytes(Node node) {
    return (node.kept() == null ? 0 : node.kept().length())
        + (node.response() == null ? 0 : RESPONSE_BYTES);
  }

  /** The question of an answer, or right before a call; null for none, or one let go of. */
  private Node asked(Node node) {
    try {
      if (node.kind() == MessageKind.ANSWER) {
        return question(node);
      }
      Node parent = node.kind() == MessageKind.CALL ? parent(node) : null;
      return parent != null && parent.kind() == MessageKind.QUESTION ? parent : null;
    } catch (IncompleteTreeException e) {
      return null;
    }
  }

  /**
   * Lets go of what the next turn with stored history will probably not need: of all messages but
   * the end of the current path and what hangs below it, and of what is kept of their texts, where
   * that is most of what is left. The leading system message stays.
   *
   * @return false, with nothing changed, where little would be gained, or that end is not known
   */
  public boolean cut() {
    Node top = nodes.get(newestAnswer.id());
    if (top == null || reach == 0) {
      return false;
    }
    for (int i = 1; i < reach + SPARE && nodes.containsKey(top.parentId()); i++) {
      top = nodes.get(top.parentId());
    }
    Map<String, Node> kept = Subtree.of(nodes, top.id());
    if (forgotten == null && kept.size() > nodes.size() / 2) {
      return false;
    }
    IntStream gone =
        nodes.keySet().stream().filter(id -> !kept.containsKey(id)).mapToInt(String::hashCode);
    forgotten =
        IntStream.concat(gone, forgotten == null ? IntStream.empty() : Arrays.stream(forgotten))
            .sorted()
            .toArray();
    nodes = kept;
    index.keepBelow(kept);
    leaves = new HashSet<>(leaves.stream().filter(kept::containsKey).toList());
    questions.keep(kept::containsKey);
    textBytes =
        kept.values().stream().mapToLong(node -> node.id().length() + (long) textBytes(node)).sum();
    if (recent.bytes() > bytes() - recent.bytes()) {
      recent.forgetMessages();
    }
    return true;
  }
}
