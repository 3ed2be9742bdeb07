package dev.helix.model;

import dev.helix.message.AnswerStatus;
import java.util.ArrayList;
import java.util.List;

/** A message of a chat as Open WebUI keeps it. Not thread-safe. */
final class ChatNode {
  final String id;

  /** What it hung under when it was sent, whatever was deleted since. */
  final ChatNode home;

  final List<ChatNode> children = new ArrayList<>();

  /** What it hangs under in the page. */
  ChatNode parent;

  boolean deleted;

  /** What was asked, as the page has it now; null in an answer. */
  Question question;

  /** What was asked as far as a turn has shown it; null in an answer. */
  Question asked;

  /** Whether its words were changed in the page, and no turn has shown it. */
  boolean changed;

  /** Whether they ever were. */
  boolean rewritten;

  /** In an answer the tool calls and results before it, as the client sends them again. */
  final List<Said> rounds = new ArrayList<>();

  /** Whether this answer was asked for with a hint, which is no message of the chat. */
  boolean guided;

  /** In an answer what reached us; null until something did. */
  Said stored;

  /** In an answer how it ended; null until it did. */
  AnswerStatus status;

  /** In an answer the text that the client has. */
  String shown = "";

  /** In an answer whether it was gone on with. */
  boolean continued;

  private ChatNode(String id, ChatNode parent, Question question) {
    this.id = id;
    this.home = parent;
    this.parent = parent;
    this.question = question;
    this.asked = question;
    if (parent != null) {
      parent.children.add(this);
    }
  }

  static ChatNode question(String id, ChatNode parent, Question question) {
    return new ChatNode(id, parent, question);
  }

  static ChatNode answer(String id, ChatNode parent) {
    return new ChatNode(id, parent, null);
  }

  boolean isAnswer() {
    return question == null;
  }

  /** Takes it out of the page with what answers or follows it; what is below hangs where it did. */
  void delete() {
    deleted = true;
    List<ChatNode> below = new ArrayList<>();
    for (ChatNode child : children) {
      child.deleted = true;
      below.addAll(child.children);
      child.children.clear();
    }
    children.clear();
    for (ChatNode node : below) {
      node.parent = parent;
    }
    if (parent != null) {
      parent.children.remove(this);
      parent.children.addAll(below);
    }
  }

  /** Whether a stored text is the one that the page shows, or begins with it where it broke off. */
  boolean isAsStored() {
    if (!isAnswer()) {
      return Said.trim(question.text()).equals(Said.trim(asked.text()))
          && question.image() == asked.image();
    }
    boolean broken = status != AnswerStatus.COMPLETED;
    String now = Said.trim(shown);
    return stored.core().equals(now) || (broken && stored.core().startsWith(now));
  }

  /** Whether it is an answer that still stands behind a question. */
  boolean isAnswered() {
    return isAnswer() && parent != null && !parent.isAnswer();
  }

  boolean isShown() {
    return !Said.trim(shown).isEmpty();
  }

  /** The message that the page shows when this one's branch is chosen. */
  ChatNode leaf() {
    ChatNode leaf = this;
    while (!leaf.children.isEmpty()) {
      leaf = leaf.children.get(leaf.children.size() - 1);
    }
    return leaf;
  }

  /** The messages from the first one to this one. */
  List<ChatNode> path() {
    List<ChatNode> path = new ArrayList<>();
    for (ChatNode at = this; at != null; at = at.parent) {
      path.add(0, at);
    }
    return path;
  }

  /** What the client sends of this answer in later turns. */
  List<Said> wire(Habits habits) {
    List<Said> wire = new ArrayList<>();
    if (habits.sendsRounds()) {
      wire.addAll(rounds);
    }
    if (!shown.isEmpty() || habits.sendsEmpty()) {
      wire.add(Said.answer(shown, shown, null));
    }
    return wire;
  }
}
