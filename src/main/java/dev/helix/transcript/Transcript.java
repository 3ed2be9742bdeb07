package dev.helix.transcript;

import dev.helix.message.AnswerStatus;
import dev.helix.message.BackgroundPrompt;
import dev.helix.message.Message;
import dev.helix.message.MessageContent;
import dev.helix.message.MessageKind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything that was said in a session: a tree of messages, of which one path is current. An
 * immutable snapshot. Specification section 4.
 */
public final class Transcript {
  private final Map<String, Message> nodes = new LinkedHashMap<>();
  private final Map<String, TurnOrder> answers = new HashMap<>();
  private Message system;

  private Transcript() {}

  /** The transcript of a log, read from its start. */
  public static Transcript of(List<Message> elements) {
    Transcript transcript = new Transcript();
    Numbering numbering = new Numbering();
    long recorded = 0;
    for (Message element : elements) {
      transcript.add(numbering.next(element), ++recorded);
    }
    return transcript;
  }

  private void add(Message element, long recorded) {
    if (!element.element().parentKnown()) {
      Message leading = element.isErased() ? null : element;
      system = element.element().aside() ? system : leading;
      return;
    }
    Message before = nodes.get(element.id());
    Message newest =
        before == null
            ? element
            : element.as(element.element().placed(element.id(), true, place(before, element)));
    nodes.put(element.id(), newest);
    if (leads(element)) {
      TurnOrder order = TurnOrder.of(element, recorded);
      answers.merge(element.id(), order, TurnOrder::latest);
    }
  }

  private String place(Message before, Message version) {
    return MessageKind.of(before).isRound()
        ? before.parentId()
        : VersionPlace.of(before.parentId(), version.parentId(), this::aboveRound);
  }

  private String aboveRound(String id) {
    Message message = nodes.get(id);
    boolean passed = message != null && MessageKind.of(message).isRoundOrErased();
    return passed ? message.parentId() : null;
  }

  /**
   * The messages of all branches, each in its newest version, in the order in which they first
   * came, with what stayed of erased ones. The leading system messages are not among them.
   */
  public List<Message> messages() {
    return List.copyOf(nodes.values());
  }

  /**
   * The messages that a next turn would send, oldest first: down to the answer of the latest turn
   * that is completed, or cancelled with text, and to that of an aside only where there is no
   * other. Without failed answers and erased messages, and without tool calls that have no results
   * and results that have no calls.
   */
  public List<Message> currentPath() {
    return sent(pathTo(currentEnd(false)), false);
  }

  /** The message of an id in its newest version; null where there is none, and for null. */
  public Message get(String id) {
    return id == null ? null : nodes.get(id);
  }

  /** The newest leading system message that is no aside's; null for none, or an erased one. */
  public Message system() {
    return system;
  }

  /**
   * The message that the current path ends at, or null.
   *
   * @param toolResultsFollow whether the path may end in tool calls, because their results come
   */
  public Message currentEnd(boolean toolResultsFollow) {
    Message rooted = newestAnswer(true);
    // A log whose beginning is missing has no path from a root.
    Message end = rooted != null ? rooted : newestAnswer(false);
    Set<String> seen = new HashSet<>();
    while (end != null && !toolResultsFollow && !ends(end)) {
      end = seen.add(end.id()) ? parent(end) : null;
    }
    return end;
  }

  /**
   * Those messages of a path that may be sent again: of tools only what stands behind its call. Of
   * a path's end that begins with a user message they are the same as of the whole path.
   */
  public static List<Message> sent(List<Message> path, boolean toolResultsFollow) {
    List<Message> sent = new ArrayList<>();
    for (int i = 0; i < path.size(); i++) {
      Message message = path.get(i);
      if (message.role().equals("tool") || (isBroken(message) && !callsTools(message))) {
        i += message.isErased() && message.isAssistant() ? results(path, i + 1) : 0;
        continue;
      }
      boolean resultsFollow = toolResultsFollow && i == path.size() - 1;
      if (resultsFollow || !callsTools(message)) {
        sent.add(message);
        continue;
      }
      Set<String> calls = MessageContent.toolCallIds(message);
      Set<String> open = new HashSet<>(calls);
      List<Message> round = new ArrayList<>(List.of(message));
      for (; i + 1 < path.size() && path.get(i + 1).role().equals("tool"); i++) {
        String call = MessageContent.toolCallId(path.get(i + 1));
        open.remove(call);
        if (calls.contains(call)) {
          round.add(path.get(i + 1));
        }
      }
      sent.addAll(open.isEmpty() ? round : List.of());
    }
    return List.copyOf(sent);
  }

  /** The calls of tools at the end of a path that wait for their results, in their order. */
  public static Set<String> waitingCalls(List<Message> path) {
    int at = path.size();
    Set<String> answered = new HashSet<>();
    while (at > 0 && MessageKind.of(path.get(at - 1)) == MessageKind.RESULT) {
      answered.add(MessageContent.toolCallId(path.get(--at)));
    }
    if (at == 0 || MessageKind.of(path.get(at - 1)) != MessageKind.CALL) {
      return Set.of();
    }
    Set<String> waiting = new LinkedHashSet<>(MessageContent.toolCallIds(path.get(at - 1)));
    waiting.removeAll(answered);
    return waiting;
  }

  /** How many results of tools stand here, whose calls were erased. */
  private static int results(List<Message> path, int from) {
    int to = from;
    while (to < path.size()
        && (path.get(to).isErased() || MessageKind.of(path.get(to)) == MessageKind.RESULT)) {
      to++;
    }
    return to - from;
  }

  /** The messages from the root to an end, whatever became of them. */
  public List<Message> pathTo(Message end) {
    Deque<Message> path = new ArrayDeque<>();
    Set<String> seen = new HashSet<>();
    for (Message at = end; at != null && seen.add(at.id()); at = parent(at)) {
      path.addFirst(at);
    }
    return List.copyOf(path);
  }

  /** The answer of the latest turn, of asides only where there are no others. */
  private Message newestAnswer(boolean fromRoot) {
    List<String> newestFirst = new ArrayList<>(answers.keySet());
    newestFirst.sort(Comparator.comparing(answers::get, Comparator.reverseOrder()));
    Map<String, Message> firsts = new HashMap<>();
    Message aside = null;
    for (String id : newestFirst) {
      Message message = nodes.get(id);
      if (leads(message)) {
        Message first = first(message, firsts);
        if (!isPromptOfTheOriginal(first.id(), first) && (!fromRoot || first.parentId() == null)) {
          if (!message.element().aside()) {
            return message;
          }
          aside = aside == null ? message : aside;
        }
      }
    }
    return aside;
  }

  /**
   * The message that the path to this one begins with; in a circle any of its messages.
   *
   * @param firsts those that are known already, by the messages on their paths
   */
  private Message first(Message message, Map<String, Message> firsts) {
    Set<String> passed = new HashSet<>();
    Message at = message;
    Message first = firsts.get(at.id());
    while (first == null) {
      Message parent = passed.add(at.id()) ? parent(at) : null;
      first = parent == null ? at : firsts.get(parent.id());
      at = parent;
    }
    for (String id : passed) {
      firsts.put(id, first);
    }
    return first;
  }

  /** The original kept its own background prompts in place of what was said. */
  public static boolean isPromptOfTheOriginal(String id, Message first) {
    return id.startsWith(Numbering.PREFIX)
        && first.role().equals("user")
        && BackgroundPrompt.matches(first.text());
  }

  private Message parent(Message message) {
    return message.parentId() == null ? null : nodes.get(message.parentId());
  }

  /** Whether a message came to nothing that could be sent again, or was erased. */
  private static boolean isBroken(Message message) {
    return message.isErased()
        || message.status() == AnswerStatus.FAILED
        || (message.status() == AnswerStatus.CANCELLED && message.text().isBlank());
  }

  /** Whether it is an answer that came to something. */
  public static boolean isAnswer(Message message) {
    return message.isAssistant() && !isBroken(message);
  }

  /** Whether the current path may lead to it: an answer that came to something, or an addition. */
  public static boolean leads(Message message) {
    return isAnswer(message) || (message.element().added() && !message.isErased());
  }

  /** Whether the current path may end at it, where no results of tools come. */
  public static boolean ends(Message message) {
    return leads(message) && !callsTools(message);
  }

  /** Whether a message may be sent again whatever stands around it. */
  public static boolean isSentAnyway(Message message) {
    return !isBroken(message) && !callsTools(message) && !message.role().equals("tool");
  }

  public static boolean callsTools(Message message) {
    return message.isAssistant() && !MessageContent.toolCallIds(message).isEmpty();
  }
}
