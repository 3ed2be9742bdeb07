package dev.helix.session;

import dev.helix.message.Fingerprint;
import dev.helix.message.Message;
import dev.helix.message.MessageKind;
import dev.helix.session.SessionStore.Reading;
import dev.helix.transcript.LogVersion;
import dev.helix.transcript.MessageIds;
import dev.helix.transcript.Transcript;
import dev.helix.transcript.tree.Node;
import dev.helix.transcript.tree.Placement;
import dev.helix.transcript.tree.Placer;
import dev.helix.transcript.tree.RequestChain;
import dev.helix.transcript.tree.TranscriptTree;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a turn with stored history must be: decided from the whole log, of which nothing is known
 * before. It is as plain as it can be, for comparison.
 */
final class WholeHistory {
  private WholeHistory() {}

  /** A tree that has read all there is, and beside which nothing is kept. */
  static TranscriptTree tree(SessionStore store, SessionId id) {
    TranscriptTree tree = new TranscriptTree(1 << 18);
    Reading read = store.read(id, LogVersion.NONE);
    tree.apply(read.version(), read.fromStart(), read.elements());
    return tree;
  }

  static TurnPlan plan(SessionStore store, SessionId id, TurnRequest request, Instant now) {
    TranscriptTree tree = tree(store, id);
    Transcript transcript = Transcript.of(store.read(id, LogVersion.NONE).elements());
    boolean items = request.response() != null;
    RequestChain chain = RequestChain.of(request.messages(), request.author(), items);
    Function<Node, Message> stored = node -> transcript.get(node.id());
    boolean results = chain.beginsWithResult();
    boolean fork = request.isFork();
    Message end =
        fork
            ? transcript.get(request.ids().parent())
            : end(transcript, tree, request.ids(), results);
    if (!fork
        && (request.mode() == HistoryMode.CLIENT || resends(transcript.pathTo(end), tree, chain))) {
      Placement whole = Placer.whole(tree, chain, request.ids(), stored, now);
      return new TurnPlan(TurnPlan.kept(whole, tree, stored, request, now), List.of(), null);
    }
    boolean again = tree.get(request.ids().question()) != null;
    if (items && !fork && !again) {
      List<Message> known =
          new ArrayList<>(transcript.pathTo(end(transcript, tree, request.ids(), true)));
      request.messages().stream().filter(each -> each.role().equals("tool")).forEach(known::add);
      for (String call : Transcript.waitingCalls(known)) {
        throw new WaitingCallException(call);
      }
    }
    List<Message> sent =
        Transcript.sent(transcript.pathTo(end), results).stream()
            .map(Message::withoutResponse)
            .toList();
    Node start = end == null ? Node.ROOT : tree.get(end.id());
    MessageIds ids = fork ? TurnPlan.below(request.ids(), start, tree) : request.ids();
    Placement below = Placer.below(tree, start, chain, ids, stored, now);
    return new TurnPlan(
        TurnPlan.kept(below, tree, stored, request, now),
        request.sent().latest(sent, results),
        chain.system() == null ? transcript.system() : null);
  }

  private static Message end(
      Transcript transcript, TranscriptTree tree, MessageIds ids, boolean results) {
    Node question = tree.get(ids.question());
    if (!results && question != null && question.kind() == MessageKind.QUESTION) {
      return transcript.get(question.parentId());
    }
    Message named = transcript.get(ids.parent());
    return named != null ? named : transcript.currentEnd(results);
  }

  private static boolean resends(List<Message> path, TranscriptTree tree, RequestChain chain) {
    List<Node> nodes =
        path.stream().filter(Message::isAssistant).map(message -> tree.get(message.id())).toList();
    Set<Fingerprint> sayings =
        nodes.stream().flatMap(node -> node.sayings().stream()).collect(Collectors.toSet());
    List<Node> broken = nodes.stream().filter(node -> node.kept() != null).toList();
    return chain.messages().stream()
        .filter(Message::isAssistant)
        .anyMatch(
            answer ->
                sayings.contains(answer.fingerprint()) || !Node.begunBy(answer, broken).isEmpty());
  }
}
