package dev.helix.session;

import dev.helix.session.SessionStore.Reading;
import dev.helix.session.SessionStore.Version;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the beginning of a turn adds to the transcript and what it sends. Specification section 4.
 */
record TurnPlan(List<Message> elements, String parentId, List<Message> history, Message system) {

  /** Reads on in the log and decides; the caller holds the session's lock. */
  static TurnPlan make(
      SessionStore store, SessionTree tree, SessionId id, TurnRequest request, Instant now) {
    List<Message> messages = request.messages();
    if (request.mode() == HistoryMode.CLIENT) {
      tree.apply(store.read(id, tree.version()));
      return client(tree, messages, now);
    }
    Reading whole = store.read(id, Version.NONE);
    if (!whole.version().equals(tree.version())) {
      tree.apply(whole);
    }
    return stored(Transcript.of(whole.elements()), tree, messages, now);
  }

  private static TurnPlan client(SessionTree tree, List<Message> messages, Instant now) {
    SessionTree.Placement placement = tree.place(null, messages, now);
    return new TurnPlan(placement.elements(), placement.parentId(), List.of(), null);
  }

  private static TurnPlan stored(
      Transcript transcript, SessionTree tree, List<Message> messages, Instant now) {
    boolean ownSystem = !messages.isEmpty() && messages.get(0).isSystem();
    boolean results =
        messages.stream()
            .skip(ownSystem ? 1 : 0)
            .findFirst()
            .filter(message -> message.role().equals("tool"))
            .isPresent();
    Message end = transcript.currentEnd(results);
    if (resends(transcript.pathTo(end), tree, messages)) {
      return client(tree, messages, now);
    }
    SessionTree.Placement placement = tree.place(end == null ? null : end.id(), messages, now);
    return new TurnPlan(
        placement.elements(),
        placement.parentId(),
        transcript.sent(end, results),
        ownSystem ? null : transcript.system());
  }

  /** Whether the request holds an answer of the path, so that its sender keeps the history. */
  private static boolean resends(List<Message> path, SessionTree tree, List<Message> messages) {
    Set<Fingerprint> answers = new HashSet<>();
    for (Message message : path) {
      if (message.isAssistant()) {
        answers.add(tree.fingerprint(message.id()));
      }
    }
    return messages.stream()
        .filter(message -> message.isAssistant() && !message.fingerprint().empty())
        .anyMatch(message -> answers.contains(message.fingerprint()));
  }

  OpenTurn open(SessionState session) {
    return new OpenTurn(session, parentId, history, system);
  }
}
