package dev.helix.model;

import dev.helix.message.AnswerStatus;
import dev.helix.transcript.Answer;
import dev.helix.transcript.MessageIds;
import java.util.ArrayList;
import java.util.List;

/**
 * The requests for one answer of a chat and their replies, one for each round of tools and the last
 * one. Not thread-safe.
 */
final class Exchange {
  private final Line line;
  private final MessageIds ids;
  private final List<Said> request;
  private final ChatNode node;
  private final Reply reply;
  private final List<List<String>> calls;
  private final boolean goesOn;
  private Line.Call open;
  private int round;
  private boolean done;

  /**
   * @param request the first one's messages
   * @param calls the ids of the tool calls of each round
   */
  Exchange(
      Line line,
      MessageIds ids,
      List<Said> request,
      ChatNode node,
      Reply reply,
      List<List<String>> calls) {
    this.line = line;
    this.ids = ids;
    this.request = new ArrayList<>(request);
    this.node = node;
    this.reply = reply;
    this.calls = calls;
    this.goesOn = request.get(request.size() - 1).isAnswer();
  }

  boolean isDone() {
    return done;
  }

  ChatNode node() {
    return node;
  }

  /** What the page shows of the messages that the request has. */
  List<ChatNode> shown() {
    return goesOn ? node.path() : node.parent.path();
  }

  /**
   * One request and its reply. Immutable.
   *
   * @param recorded whether the endpoint records the reply: nothing at all only if it has an id
   */
  record Round(List<Said> request, Said reply, AnswerStatus status, boolean recorded) {}

  /** The round that is next or open. */
  Round round() {
    boolean tools = round < calls.size();
    return new Round(
        List.copyOf(request),
        tools ? Said.calls(reply.rounds().get(round).text(), calls.get(round)) : reply.said(),
        tools ? AnswerStatus.COMPLETED : reply.status(),
        tools || ids.answer() != null || !reply.isNothing());
  }

  /** Sends the next request. */
  void begin() {
    open = line.send(ids, request);
  }

  /** Brings the reply to the open request, to us and to the client. */
  void complete(Habits habits) {
    Round now = round();
    String finish = now.reply().isCalls() ? "tool_calls" : "stop";
    Answer answer = new Answer(now.reply().toMessage(), "m", finish, now.status());
    open.reply(now.recorded() ? List.of(answer) : List.of());
    if (now.reply().isCalls()) {
      receivedCalls(habits);
    } else {
      receivedAnswer();
      done = true;
    }
  }

  private void receivedAnswer() {
    Said said = reply.said();
    String words = reply.keptText();
    if (!goesOn || round > 0) {
      node.stored = said;
      node.status = reply.status();
      boolean whole = reply.status() == AnswerStatus.COMPLETED;
      node.shown = whole ? Said.trim(words) : words;
      return;
    }
    if (!reply.isBlank()) {
      Said sent = request.get(request.size() - 1);
      boolean same = Said.squeezed(node.stored.core()).equals(Said.squeezed(sent.core()));
      Said before = same ? node.stored : sent;
      node.stored = Said.answer(before.text() + said.text(), before.seen() + said.seen(), null);
      node.status = reply.status();
      node.continued = true;
    }
    node.shown += words;
  }

  private void receivedCalls(Habits habits) {
    Reply.Round was = reply.rounds().get(round);
    List<Said> said = new ArrayList<>();
    // What came with a null content goes back with an empty one.
    String text = was.text() == null ? "" : was.text();
    said.add(Said.calls(text, calls.get(round)));
    calls.get(round).forEach(id -> said.add(Said.result(id)));
    if (was.image() && habits.sendsRounds()) {
      String images = "Here are the images from the tool results above.";
      said.add(Said.user(images, images, true));
    }
    request.addAll(said);
    if (goesOn && round == 0) {
      // In later turns the text before is the call's.
      said.set(0, Said.calls(node.shown + text, calls.get(0)));
    }
    node.rounds.addAll(said);
    round++;
  }
}
