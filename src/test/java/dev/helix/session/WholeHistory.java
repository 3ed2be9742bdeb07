package dev.helix.session;

import dev.helix.session.SessionStore.Version;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a turn with stored history must be: decided from the whole log, of which nothing is known
 * before. It is as plain as it can be, for comparison.
 */
final class WholeHistory {
  private WholeHistory() {}

  /** A tree that has read all there is, and beside which nothing is kept. */
  static SessionTree tree(SessionStore store, SessionId id) {
    SessionTree tree = new SessionTree();
    tree.apply(store.read(id, Version.NONE));
    return tree;
  }

  static TurnPlan plan(SessionStore store, SessionId id, TurnRequest request, Instant now) {
    SessionTree tree = tree(store, id);
    Transcript transcript = Transcript.of(store.read(id, Version.NONE).elements());
    Chain chain = Chain.of(request.messages());
    boolean results = chain.beginsWithResult();
    Message end = end(transcript, tree, request.ids(), results);
    if (request.mode() == HistoryMode.CLIENT || resends(transcript.pathTo(end), tree, chain)) {
      return new TurnPlan(Placer.whole(tree, chain, request.ids(), now), List.of(), null);
    }
    List<Message> sent = Transcript.sent(transcript.pathTo(end), results);
    return new TurnPlan(
        Placer.below(tree, end == null ? Node.ROOT : tree.get(end.id()), chain, request.ids(), now),
        HistoryLimit.latest(sent, request.historyLimit(), results),
        chain.system() == null ? transcript.system() : null);
  }

  private static Message end(
      Transcript transcript, SessionTree tree, MessageIds ids, boolean results) {
    Node question = tree.get(ids.question());
    if (!results && question != null && question.kind() == Kind.QUESTION) {
      return transcript.get(question.parentId());
    }
    Message named = transcript.get(ids.parent());
    return named != null ? named : transcript.currentEnd(results);
  }

  private static boolean resends(List<Message> path, SessionTree tree, Chain chain) {
    List<Node> nodes =
        path.stream().filter(Message::isAssistant).map(message -> tree.get(message.id())).toList();
    Set<Fingerprint> sayings =
        nodes.stream().flatMap(node -> node.sayings().stream()).collect(Collectors.toSet());
    return chain.messages().stream()
        .filter(Message::isAssistant)
        .anyMatch(
            answer ->
                sayings.contains(answer.fingerprint())
                    || nodes.stream()
                        .anyMatch(
                            node ->
                                node.isBegunBy(Wording.of(answer.role(), answer.text()), answer)));
  }
}
