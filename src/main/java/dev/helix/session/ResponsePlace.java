package dev.helix.session;

import dev.helix.message.AnswerStatus;
import dev.helix.message.ElementFields;
import dev.helix.message.Message;
import dev.helix.message.MessageKind;
import dev.helix.transcript.Answer;
import dev.helix.transcript.TurnOrder;
import dev.helix.transcript.tree.Node;
import dev.helix.transcript.tree.Placement;
import dev.helix.transcript.tree.TranscriptTree;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Where a response stands, with a note of it that is there from the beginning on. It is a message
 * of its own, also where it goes on with an answer: it follows that. But where its client calls it
 * by the name of the answer that it goes on with, or whose calls have their results now, both are
 * one message. One for each turn; not thread-safe.
 */
final class ResponsePlace {
  private final TranscriptTree tree;
  private final Function<Node, Message> stored;
  private final Placement placed;
  private final TurnRequest request;
  private final Instant now;

  /** What the client calls the answer, where that may be its name; else null. */
  private final String named;

  ResponsePlace(
      TranscriptTree tree,
      Function<Node, Message> stored,
      Placement placed,
      TurnRequest request,
      Instant now) {
    this.tree = tree;
    this.stored = stored;
    this.placed = placed;
    this.request = request;
    this.now = now;
    String answer = placed.answerId();
    this.named = answer != null && answer.equals(request.ids().answer()) ? answer : null;
  }

  Placement placement() {
    String continued = placed.continued();
    if (continued != null) {
      return continued.equals(named) ? again(named) : begun(null, continued, null);
    }
    Node there = named == null ? null : tree.get(named);
    if (named == null || there == null) {
      return begun(named, placed.parentId(), named);
    }
    if (isRoundOf(there)) {
      return there.isNothingYet() ? begun(named, placed.parentId(), named) : again(named);
    }
    return begun(null, placed.parentId(), there.checkpoint() ? named : null);
  }

  /**
   * The response with an answer that says nothing.
   *
   * @param node the id of that; null for the response's own
   * @param answerId what it is called when it ends; null for its own name
   */
  private Placement begun(String node, String parentId, String answerId) {
    Answer nothing =
        new Answer(Message.of("assistant", ""), null, null, AnswerStatus.CANCELLED)
            .withNote(request.response().json());
    String id = node == null ? request.response().node() : node;
    ElementFields fields = nothing.fields(id, parentId, now).begun(now, null).asCheckpoint();
    List<Message> elements = new ArrayList<>(placed.elements());
    elements.add(nothing.message().as(request.aside() ? fields.asAside() : fields));
    return new Placement(List.copyOf(elements), parentId, answerId, null, null);
  }

  /** The response as what its answer said before, which stays where it is in the order of turns. */
  private Placement again(String id) {
    List<Message> elements = new ArrayList<>(placed.elements());
    Message before =
        elements.stream()
            .filter(element -> id.equals(element.id()))
            .reduce(null, (older, newer) -> newer);
    if (before == null) {
      before = stored(tree.get(id));
    }
    // Another log may have come in the tree's place: the append will find that out.
    if (before != null) {
      elements.add(before.as(before.element().responding(request.response().json())));
    }
    return new Placement(
        List.copyOf(elements), placed.parentId(), id, placed.continued(), placed.begun());
  }

  private Message stored(Node node) {
    Message old = node == null ? null : stored.apply(node);
    return old == null
        ? null
        : old.as(
            old.element()
                .placed(node.id(), true, node.parentId())
                .begun(old.element().began(), TurnOrder.of(old, node.recorded()).after()));
  }

  /** Whether the request brings the results of calls under an answer's own question. */
  private boolean isRoundOf(Node answer) {
    Map<String, Message> added = new HashMap<>();
    placed.elements().forEach(element -> added.put(element.id(), element));
    String at = placed.parentId();
    boolean round = false;
    for (Message element = added.get(at); element != null; element = added.get(at)) {
      round |= MessageKind.of(element) == MessageKind.RESULT;
      at = element.parentId();
    }
    Node place = tree.get(at);
    round |= place != null && place.kind() == MessageKind.RESULT;
    Node question = place == null ? null : tree.question(place);
    return round && question != null && question.equals(tree.question(answer));
  }
}
