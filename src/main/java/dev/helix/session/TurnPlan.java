package dev.helix.session;

import dev.helix.message.Fingerprint;
import dev.helix.message.Message;
import dev.helix.message.MessageKind;
import dev.helix.session.SessionStore.Reading;
import dev.helix.transcript.LogVersion;
import dev.helix.transcript.MessageIds;
import dev.helix.transcript.Transcript;
import dev.helix.transcript.tree.IncompleteTreeException;
import dev.helix.transcript.tree.Node;
import dev.helix.transcript.tree.Placement;
import dev.helix.transcript.tree.Placer;
import dev.helix.transcript.tree.RequestChain;
import dev.helix.transcript.tree.TranscriptTree;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a turn adds to the transcript when it begins, and what it sends. Specification section 4.
 */
record TurnPlan(Placement placement, List<Message> history, Message system) {

  /** Reads on in the log from where the tree is; the caller holds the session's lock. */
  static Reading readOn(LogReader log, TranscriptTree tree, SessionId id) {
    Reading read = log.read(id, tree.version());
    tree.apply(read.version(), read.fromStart(), read.elements());
    return tree.version().equals(read.version()) ? read : readWhole(log, tree, id);
  }

  static Reading readWhole(LogReader log, TranscriptTree tree, SessionId id) {
    Reading read = log.read(id, LogVersion.NONE);
    tree.apply(read.version(), true, read.elements());
    return read;
  }

  /** Decides, under the session's lock, by what the tree was given last; null if not at hand. */
  static TurnPlan make(
      LogReader log,
      TranscriptTree tree,
      SessionId id,
      Reading read,
      TurnRequest request,
      Instant now) {
    // What a response was asked are items, none of which leads: its instructions are none of them.
    boolean items = request.response() != null;
    RequestChain chain = RequestChain.of(request.messages(), request.author(), items);
    try {
      return make(tree, new StoredHistory(log, tree, id, read), chain, request, now);
    } catch (IncompleteTreeException e) {
      Reading whole = readWhole(log, tree, id);
      return make(tree, new StoredHistory(log, tree, id, whole), chain, request, now);
    }
  }

  private static TurnPlan make(
      TranscriptTree tree,
      StoredHistory stored,
      RequestChain chain,
      TurnRequest request,
      Instant now) {
    boolean results = chain.beginsWithResult();
    Node end = followed(tree, stored, chain, request);
    if (end == null || (!request.isFork() && resends(tree, end, chain))) {
      Placement whole = Placer.whole(tree, chain, request.ids(), stored::get, now);
      return new TurnPlan(kept(whole, tree, stored::get, request, now), List.of(), null);
    }
    if (request.response() != null && !request.isFork()) {
      checkCalls(tree, stored, chain, request);
    }
    MessageIds ids = request.isFork() ? below(request.ids(), end, tree) : request.ids();
    List<Message> path = stored.path(end, request.sent());
    Placement below = Placer.below(tree, end, chain, ids, stored::get, now);
    return new TurnPlan(
        kept(below, tree, stored::get, request, now),
        request.sent().latest(Transcript.sent(path, results), results),
        chain.system() == null ? stored.system() : null);
  }

  /** The message that a turn with stored history follows; null for one without. */
  private static Node followed(
      TranscriptTree tree, StoredHistory stored, RequestChain chain, TurnRequest request) {
    if (request.isFork()) {
      Node parent = tree.get(request.ids().parent());
      if (parent == null || parent.kind() == MessageKind.ERASED) {
        throw new AnswerGoneException("the message that a turn follows is not there");
      }
      return parent; // Also of a retry: what was tried before hangs below it.
    }
    if (request.mode() != HistoryMode.STORED) {
      return null;
    }
    Node end = stored.end(request.ids(), chain.beginsWithResult());
    return request.retry() ? beforeTry(tree, end, chain) : end;
  }

  /** Refuses a response in a conversation whose last calls wait for results that do not come. */
  private static void checkCalls(
      TranscriptTree tree, StoredHistory stored, RequestChain chain, TurnRequest request) {
    Node at = stored.end(request.ids(), true);
    boolean again = request.retry() && !beforeTry(tree, at, chain).equals(at);
    if (again || tree.get(request.ids().question()) != null) {
      return; // What is asked again follows what it followed before.
    }
    Deque<Message> round = new ArrayDeque<>();
    while (at != null && at.kind() == MessageKind.RESULT) {
      round.addFirst(stored.get(at));
      at = tree.parent(at);
    }
    if (at == null || at.kind() != MessageKind.CALL) {
      return;
    }
    round.addFirst(stored.get(at));
    List<Message> known = new ArrayList<>(round);
    known.removeIf(Objects::isNull); // Another log came in its place, as the append finds out.
    request.messages().stream().filter(each -> each.role().equals("tool")).forEach(known::add);
    for (String call : Transcript.waitingCalls(known)) {
      throw new WaitingCallException(call);
    }
  }

  /**
   * Whether a turn follows a message that this tree does not have: then others may have added it.
   */
  static boolean lacksParent(TranscriptTree tree, TurnRequest request) {
    try {
      return request.isFork() && tree.get(request.ids().parent()) == null;
    } catch (IncompleteTreeException e) {
      return false;
    }
  }

  /** A client's ids where the parent is known: a question that is stored elsewhere is another. */
  static MessageIds below(MessageIds ids, Node parent, TranscriptTree tree) {
    Node question = tree.get(ids.question());
    boolean fit = question == null || parent.id().equals(question.parentId());
    String answer = parent.id().equals(ids.answer()) ? null : ids.answer();
    return new MessageIds(fit ? ids.question() : null, null, answer);
  }

  /** What is kept of a request where it is known what the answer follows. */
  static Placement kept(
      Placement placed,
      TranscriptTree tree,
      Function<Node, Message> stored,
      TurnRequest request,
      Instant now) {
    Placement kept = request.aside() ? aside(placed, tree) : placed;
    return request.response() == null
        ? kept
        : new ResponsePlace(tree, stored, kept, request, now).placement();
  }

  /** An aside's system message is its own, and not the conversation's. */
  static Placement aside(Placement whole, TranscriptTree tree) {
    List<Message> elements =
        whole.elements().stream()
            .filter(
                element ->
                    element.element().parentKnown()
                        || !element.fingerprint().equals(tree.asideSystem()))
            .map(
                element ->
                    element.element().parentKnown()
                        ? element
                        : element.as(element.element().asAside()))
            .toList();
    return new Placement(
        elements, whole.parentId(), whole.answerId(), whole.continued(), whole.begun());
  }

  /** What a retry follows: what its first try did, where that is the last turn of the path. */
  private static Node beforeTry(TranscriptTree tree, Node end, RequestChain chain) {
    Node question = chain.messages().isEmpty() ? null : tree.question(end);
    if (question == null || !question.sayings().contains(chain.messages().get(0).fingerprint())) {
      return end;
    }
    Node before = tree.parent(question);
    return before == null ? Node.ROOT : before;
  }

  /** Whether the request holds an answer of the path, so that its sender keeps the history. */
  private static boolean resends(TranscriptTree tree, Node end, RequestChain chain) {
    List<Message> answers = chain.messages().stream().filter(Message::isAssistant).toList();
    if (answers.isEmpty()) {
      return false;
    }
    List<Node> nodes =
        tree.path(end).stream()
            .filter(node -> node.kind() == MessageKind.ANSWER || node.kind() == MessageKind.CALL)
            .toList();
    Set<Fingerprint> sayings =
        nodes.stream().flatMap(node -> node.sayings().stream()).collect(Collectors.toSet());
    List<Node> broken = nodes.stream().filter(node -> node.kept() != null).toList();
    return answers.stream()
        .anyMatch(
            answer ->
                sayings.contains(answer.fingerprint()) || !Node.begunBy(answer, broken).isEmpty());
  }

  /**
   * The turn that has begun.
   *
   * @param elements how many elements the log has at this version
   * @param made whether the turn made the session
   * @param apart what stands apart from its notes and is yet to be kept
   */
  OpenTurn open(
      SessionState session,
      LogVersion version,
      long elements,
      TurnRequest request,
      Instant now,
      boolean made,
      Map<String, String> apart) {
    return new OpenTurn(
        session,
        version,
        placement.parentId(),
        history,
        system,
        placement.answerId(),
        placement.continued(),
        placement.begun(),
        request.lease(),
        request.aside(),
        request.response() == null ? Placer.newId() : request.response().node(),
        false,
        null,
        now,
        elements,
        made,
        request.response() == null ? null : request.response().json(),
        apart);
  }
}
