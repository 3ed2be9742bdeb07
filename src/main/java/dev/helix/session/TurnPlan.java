package dev.helix.session;

import dev.helix.session.SessionStore.Version;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the beginning of a turn adds to the transcript and what it sends. Specification section 4.
 */
record TurnPlan(Placement placement, List<Message> history, Message system) {

  /** Reads on in the log and decides; the caller holds the session's lock. */
  static TurnPlan make(
      SessionStore store, SessionTree tree, SessionId id, TurnRequest request, Instant now) {
    tree.apply(store.read(id, tree.version()));
    Chain chain = Chain.of(request.messages());
    if (request.mode() == HistoryMode.CLIENT) {
      return client(tree, chain, request, now);
    }
    return stored(
        Transcript.of(store.read(id, Version.NONE).elements()), tree, chain, request, now);
  }

  private static TurnPlan client(SessionTree tree, Chain chain, TurnRequest request, Instant now) {
    return new TurnPlan(Placer.whole(tree, chain, request.ids(), now), List.of(), null);
  }

  private static TurnPlan stored(
      Transcript transcript, SessionTree tree, Chain chain, TurnRequest request, Instant now) {
    boolean results = chain.beginsWithResult();
    Message end = end(transcript, tree, request.ids(), results);
    if (resends(transcript.pathTo(end), tree, chain)) {
      return client(tree, chain, request, now);
    }
    Node start = end == null ? null : tree.get(end.id());
    return new TurnPlan(
        Placer.below(tree, start == null ? Node.ROOT : start, chain, request.ids(), now),
        HistoryLimit.latest(transcript.sent(end, results), request.historyLimit(), results),
        chain.system() == null ? transcript.system() : null);
  }

  /** What the request follows: what its ids name, else the current path's end; null for nothing. */
  private static Message end(
      Transcript transcript, SessionTree tree, MessageIds ids, boolean results) {
    Node question = tree.get(ids.question());
    if (!results && question != null && question.kind() == Kind.QUESTION) {
      return transcript.get(question.parentId());
    }
    Message named = transcript.get(ids.parent());
    return named != null ? named : transcript.currentEnd(results);
  }

  /** Whether the request holds an answer of the path, so that its sender keeps the history. */
  private static boolean resends(List<Message> path, SessionTree tree, Chain chain) {
    List<Node> nodes =
        path.stream()
            .filter(Message::isAssistant)
            .map(message -> tree.get(message.id()))
            .filter(Objects::nonNull)
            .toList();
    Set<Fingerprint> sayings =
        nodes.stream().flatMap(node -> node.sayings().stream()).collect(Collectors.toSet());
    List<Node> broken = nodes.stream().filter(node -> node.kept() != null).toList();
    return chain.messages().stream()
        .filter(Message::isAssistant)
        .anyMatch(answer -> sayings.contains(answer.fingerprint()) || isPartOf(broken, answer));
  }

  /** Whether a client kept this of an answer that broke off. Its text is read only once. */
  private static boolean isPartOf(List<Node> broken, Message answer) {
    if (broken.isEmpty()) {
      return false;
    }
    String text = Wording.of(answer.role(), answer.text());
    return broken.stream().anyMatch(node -> node.isBegunBy(text, answer));
  }

  OpenTurn open(SessionState session, Lease lease) {
    return new OpenTurn(
        session,
        placement.parentId(),
        history,
        system,
        placement.answerId(),
        placement.continued(),
        placement.begun(),
        lease);
  }
}
