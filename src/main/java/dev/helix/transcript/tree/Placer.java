package dev.helix.transcript.tree;

import dev.helix.message.AnswerStatus;
import dev.helix.message.ElementFields;
import dev.helix.message.Message;
import dev.helix.message.MessageKind;
import dev.helix.transcript.Answer;
import dev.helix.transcript.MessageIds;
import dev.helix.transcript.Numbering;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;

/**
 * Puts a request's messages into a session's tree: finds those that are stored and makes elements
 * of the others. One for each request; not thread-safe. Specification section 4.
 */
public final class Placer {
  /** Ids that were made here begin like this, so that a client's can be told from them. */
  private static final String OURS = "m-";

  private final TranscriptTree tree;
  private final Walk walk;
  private final RequestChain chain;
  private final MessageIds ids;
  private final Function<Node, Message> stored;
  private final Instant now;
  private final List<Message> elements = new ArrayList<>();
  private String continued;

  /** The answer that went on with the calls whose results come, where the client names none. */
  private String calledBy;

  private Placer(
      TranscriptTree tree,
      RequestChain chain,
      MessageIds ids,
      Function<Node, Message> stored,
      Instant now) {
    this.tree = tree;
    this.stored = stored;
    this.walk = new Walk(tree);
    this.chain = chain;
    this.ids = ids;
    this.now = now;
  }

  /**
   * Places a request that brings its history along.
   *
   * @param stored what is stored of a message, null where another log came in the tree's place;
   *     asked only for those that change, and answers that come again in another place
   */
  public static Placement whole(
      TranscriptTree tree,
      RequestChain chain,
      MessageIds ids,
      Function<Node, Message> stored,
      Instant now) {
    return new Placer(tree, chain, ids, stored, now).place(Node.ROOT, true);
  }

  /** Places a request that brings only what is new, below a stored message or the root. */
  public static Placement below(
      TranscriptTree tree,
      Node start,
      RequestChain chain,
      MessageIds ids,
      Function<Node, Message> stored,
      Instant now) {
    return new Placer(tree, chain, ids, stored, now).place(start, false);
  }

  /** An id that no message has. */
  public static String newId() {
    return OURS + UUID.randomUUID();
  }

  private Placement place(Node start, boolean whole) {
    if (chain.system() != null && !chain.system().fingerprint().equals(tree.system())) {
      elements.add(chain.system().as(ElementFields.system(newId(), now)));
    }
    Node asked = tree.get(ids.question());
    int last = chain.lastQuestion();
    String parentId;
    if (last < 0 || (ids.question() == null && ids.parent() == null)) {
      parentId = byWalk(start, whole);
    } else if (asked != null && asked.kind() == MessageKind.QUESTION) {
      parentId = askedAgain(asked);
    } else {
      parentId = asked(last, start, whole);
    }
    return new Placement(
        List.copyOf(elements),
        parentId,
        answerId() == null ? calledBy : answerId(),
        continued,
        continued == null ? null : chain.get(chain.size() - 1).text());
  }

  /** The id that the client gives the answer, where it is fit to be an answer's. */
  private String answerId() {
    String id = ids.answer();
    boolean other = id == null || id.equals(ids.question()) || id.equals(ids.parent());
    Node stored = tree.get(id);
    return other || (stored != null && stored.kind() != MessageKind.ANSWER) ? null : id;
  }

  private String byWalk(Node start, boolean whole) {
    int calls = chain.callsBehindAnswer();
    if (calls > 0) {
      Walk.Found answered = find(chain.messages().subList(0, calls), start, whole);
      Node answer = answered.to() == calls ? walk.goesOn(answered, null) : null;
      Node above = answer == null || tree.isFollowed(answer) ? null : tree.parent(answer);
      // Calls that are not stored beside it are no reply's that went on with it.
      if (above != null && walk.below(above, chain.get(calls)).to() > 0) {
        calledBy = answer.id();
        return behind(above, calls);
      }
    }
    List<Message> messages = chain.messages();
    Walk.Found found = find(messages, start, whole);
    if (found.to() == chain.size() && chain.continues()) {
      return continueAnswer(walk.goesOn(found, tree.get(answerId())));
    }
    Node at = found.best();
    int end = chain.continues() ? chain.size() - 1 : chain.size();
    if (found.to() > 0) {
      asChanged(at, found.to() - 1);
      asSeen(at, messages.get(found.to() - 1));
    }
    for (Message message : messages.subList(found.to(), end)) {
      at = add(at, message, newId());
    }
    return chain.continues() ? continueBelow(at) : at.id();
  }

  private Walk.Found find(List<Message> messages, Node start, boolean whole) {
    return whole ? new Runs(tree, walk, messages).find() : walk.from(start, messages);
  }

  /** A question that is stored: its tool rounds go on, or it gets another answer. */
  private String askedAgain(Node question) {
    Node parent = tree.get(ids.parent());
    boolean named = parent != null && Walk.isBelow(tree, question, parent);
    Node above = named ? parent : tree.parent(question);
    Alignment lineUp = Alignment.ofStored(tree, chain, question, above);
    if (named) { // Else what is before it may have been deleted.
      changes(lineUp, above).forEach(change -> renew(change.node(), change.message()));
    }
    Message message = chain.get(lineUp.at());
    if (!question.is(message) && lineUp.isSure(chain)) {
      renew(question, message);
    }
    return behind(question, lineUp.at() + 1);
  }

  private String asked(int at, Node start, boolean whole) {
    Node parent = tree.get(ids.parent());
    if (parent == null || !whole) {
      parent = history(chain.messages().subList(0, at), parent == null ? start : parent, whole);
    } else {
      changes(Alignment.of(tree, chain, at, parent), parent)
          .forEach(change -> renew(change.node(), change.message()));
    }
    Message message = chain.get(at);
    boolean named = ids.question() != null && tree.get(ids.question()) == null;
    Walk.Found found = walk.below(parent, message);
    // What was stored without the client's ids may be this one, what has another of them is not.
    List<Walk.Match> equal =
        found.to() == 0
            ? List.of()
            : found.ends().stream()
                .filter(match -> !named || !isClients(match.node().id()))
                .toList();
    Node question =
        equal.isEmpty()
            ? add(parent, message, named ? ids.question() : newId())
            : new Walk.Found(1, equal).best();
    return behind(question, at + 1);
  }

  private static boolean isClients(String id) {
    return !id.startsWith(OURS) && !id.startsWith(Numbering.PREFIX);
  }

  /** What a person changed in place before the question. */
  private List<Alignment.Change> changes(Alignment lineUp, Node parent) {
    return lineUp.whole()
        ? lineUp.changes()
        : GappedHistory.changes(tree, chain, lineUp.at(), parent, stored);
  }

  /** Finds or adds what stands before the question; the answer at its end is the named parent. */
  private Node history(List<Message> messages, Node start, boolean whole) {
    Walk.Found found = find(messages, start, whole);
    boolean named =
        !messages.isEmpty()
            && ids.parent() != null
            && tree.get(ids.parent()) == null
            && !ids.parent().equals(ids.question());
    int last = messages.size() - 1;
    Node at = found.best();
    if (found.to() > 0) {
      asSeen(at, messages.get(found.to() - 1));
    }
    for (int i = found.to(); i < messages.size(); i++) {
      boolean answer = named && i == last && MessageKind.of(messages.get(i)) == MessageKind.ANSWER;
      at = add(at, messages.get(i), answer ? ids.parent() : newId());
    }
    // An answer without a word is in the client's tree, but not in its requests.
    boolean silent = at.kind() == MessageKind.QUESTION || at.kind() == MessageKind.RESULT;
    return named && silent ? addNothing(at) : at;
  }

  private Node addNothing(Node before) {
    Message nothing = Message.of("assistant", "");
    Answer answer = new Answer(nothing, null, null, AnswerStatus.CANCELLED);
    elements.add(nothing.as(answer.fields(ids.parent(), before.id(), now)));
    return Node.added(ids.parent(), before.id(), nothing);
  }

  /** Places what stands behind the question, and says what the answer follows. */
  private String behind(Node question, int from) {
    boolean continues = chain.continues() && chain.size() > from;
    int end = continues ? chain.size() - 1 : chain.size();
    int rounds = from;
    for (int i = from; i < end; i++) {
      if (chain.kind(i) == MessageKind.ANSWER) {
        rounds = i + 1; // An old answer that is talked about.
      }
    }
    Node at = question;
    for (int i = rounds; i < end; i++) {
      Message message = chain.get(i);
      if (chain.kind(i) != MessageKind.QUESTION) {
        Walk.Found found = walk.below(at, message);
        Node stored = found.to() > 0 ? found.best() : sameCalls(question, message);
        at = stored == null ? add(at, message, newId()) : stored;
        if (stored != null) {
          asChanged(stored, i);
        }
      }
    }
    return continues ? continueBelow(at) : at.id();
  }

  /** Takes in what a person made of a tool's arguments before it ran, whose first result comes. */
  private void asChanged(Node call, int at) {
    boolean runs =
        call.kind() == MessageKind.CALL
            && at + 1 < chain.size()
            && chain.kind(at + 1) == MessageKind.RESULT
            && !tree.isFollowed(call);
    if (runs && call.asks() != chain.get(at).asks()) {
      renew(call, chain.get(at));
    }
  }

  /** Takes in what a client has seen of an answer that was running, and more than is stored. */
  private void asSeen(Node answer, Message message) {
    if (answer.goesOnIn(message)) {
      renew(answer, message);
    }
  }

  /**
   * The same calls further below the question, where the client left out rounds before them, or
   * above the answer that goes on, where it lacks what stood before these.
   */
  private Node sameCalls(Node question, Message message) {
    if (MessageKind.of(message) != MessageKind.CALL) {
      return null;
    }
    Node goesOn = chain.continues() ? tree.get(answerId()) : null;
    List<Node> calls =
        Walk.newestOf(tree.saying(message.fingerprint())).stream()
            .filter(call -> call.kind() == MessageKind.CALL)
            .filter(
                call ->
                    question.equals(tree.question(call))
                        || (goesOn != null && Walk.isBelow(tree, goesOn, call)))
            .toList();
    return Node.asking(message, calls).stream().reduce(null, (older, newer) -> newer);
  }

  /** The last message is an answer below a message, which is to be continued. */
  private String continueBelow(Node parent) {
    Message message = chain.get(chain.size() - 1);
    Node named = tree.get(answerId());
    if (named != null && isAbout(named, parent)) {
      if (!named.is(message)) {
        renew(named, message);
      }
      return continueAnswer(named);
    }
    Walk.Found found = walk.below(parent, message);
    if (found.to() > 0) {
      return continueAnswer(walk.goesOn(found, null));
    }
    String id = named == null && answerId() != null ? answerId() : newId();
    return continueAnswer(add(parent, message, id));
  }

  private boolean isAbout(Node answer, Node place) {
    Node question = tree.question(place);
    return question != null
        && answer.kind() == MessageKind.ANSWER
        && (question.equals(tree.question(answer)) || Walk.isBelow(tree, answer, question));
  }

  /** Other choices hang beside the answer that goes on. */
  private String continueAnswer(Node answer) {
    continued = answer.id();
    return answer.parentId();
  }

  private Node add(Node parent, Message message, String id) {
    elements.add(message.as(fields(parent, message, id)));
    return Node.added(id, parent.id(), message);
  }

  /** What is known of an answer that is stored elsewhere holds where it comes again. */
  private ElementFields fields(Node parent, Message message, String id) {
    Node same =
        MessageKind.of(message) == MessageKind.ANSWER && !chain.items()
            ? tree.saying(message.fingerprint()).stream().reduce(null, (older, newer) -> newer)
            : null;
    Message old = same == null ? null : stored.apply(same);
    return old == null
        ? ElementFields.node(id, parent.id(), now).by(chain.authorOf(message))
        : ElementFields.answer(id, parent.id(), now, old.model(), old.finishReason(), old.status());
  }

  private void renew(Node node, Message message) {
    Message old = stored.apply(node);
    ElementFields fields = ElementFields.node(node.id(), node.parentId(), now);
    elements.add(
        message.as(
            old != null && message.isAssistant()
                ? old.element().placed(node.id(), true, node.parentId()).at(now)
                : fields.by(old == null ? null : old.author())));
  }
}
