package dev.helix.session;

import dev.helix.message.Fingerprint;
import dev.helix.message.Message;
import dev.helix.message.MessageKind;
import dev.helix.session.SessionStore.Reading;
import dev.helix.transcript.LogVersion;
import dev.helix.transcript.Transcript;
import dev.helix.transcript.tree.IncompleteTreeException;
import dev.helix.transcript.tree.Node;
import dev.helix.transcript.tree.Placement;
import dev.helix.transcript.tree.Placer;
import dev.helix.transcript.tree.RequestChain;
import dev.helix.transcript.tree.TranscriptTree;
import java.time.Instant;
import java.util.List;
import java.util.Set;
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
    RequestChain chain = RequestChain.of(request.messages(), request.author());
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
    Node end = request.mode() == HistoryMode.STORED ? stored.end(request.ids(), results) : null;
    end = end != null && request.retry() ? beforeTry(tree, end, chain) : end;
    if (end == null || resends(tree, end, chain)) {
      Placement whole = Placer.whole(tree, chain, request.ids(), stored::get, now);
      return new TurnPlan(request.aside() ? aside(whole, tree) : whole, List.of(), null);
    }
    List<Message> path = stored.path(end, request.sent());
    Placement below = Placer.below(tree, end, chain, request.ids(), stored::get, now);
    return new TurnPlan(
        request.aside() ? aside(below, tree) : below,
        request.sent().latest(Transcript.sent(path, results), results),
        chain.system() == null ? stored.system() : null);
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
   */
  OpenTurn open(
      SessionState session,
      LogVersion version,
      long elements,
      TurnRequest request,
      Instant now,
      boolean made) {
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
        Placer.newId(),
        false,
        null,
        now,
        elements,
        made);
  }
}
