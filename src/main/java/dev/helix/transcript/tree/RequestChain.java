package dev.helix.transcript.tree;

import dev.helix.message.Message;
import dev.helix.message.MessageKind;
import java.util.ArrayList;
import java.util.List;

/**
 * A request's messages as the tree sees them: the leading system message apart, and without answers
 * that say nothing, which match nothing and add nothing. Immutable.
 *
 * @param system null where there is none
 * @param author the user who asks, where the transcript says so; else null
 * @param items whether they are a response's input, in which an answer is what its sender says
 */
public record RequestChain(Message system, List<Message> messages, String author, boolean items) {

  /**
   * A request's messages.
   *
   * @param items whether they are a response's input, in which a system message that stands first
   *     is one as any other
   */
  public static RequestChain of(List<Message> request, String author, boolean items) {
    List<Message> messages = new ArrayList<>(request);
    boolean leads = !items && !messages.isEmpty() && messages.get(0).isSystem();
    Message system = leads ? messages.remove(0) : null;
    messages.removeIf(message -> message.isAssistant() && message.fingerprint().empty());
    return new RequestChain(system, List.copyOf(messages), author, items);
  }

  /** Who has said a message of the request that is new; null where that is not known. */
  String authorOf(Message message) {
    int asked = author == null ? -1 : lastQuestion();
    return asked >= 0 && get(asked) == message ? author : null;
  }

  int size() {
    return messages.size();
  }

  Message get(int index) {
    return messages.get(index);
  }

  MessageKind kind(int index) {
    return MessageKind.of(messages.get(index));
  }

  /** Whether the last message is an answer, which is to be continued. */
  boolean continues() {
    return size() > 0 && kind(size() - 1) == MessageKind.ANSWER;
  }

  /**
   * The place of calls and their results at the end that stand right behind an answer, which went
   * on with them; 0 where there are none.
   */
  int callsBehindAnswer() {
    int calls = size();
    while (calls > 0 && kind(calls - 1).isRound()) {
      calls--;
    }
    boolean goesOn = calls > 0 && calls < size() && kind(calls - 1) == MessageKind.ANSWER;
    return goesOn && kind(calls) == MessageKind.CALL ? calls : 0;
  }

  /** Whether it begins with a tool's result, whose call must be stored. */
  public boolean beginsWithResult() {
    return size() > 0 && kind(0) == MessageKind.RESULT;
  }

  /** Whether there is one question and no other, apart from images that tools gave. */
  boolean hasOneQuestion() {
    int questions = 0;
    for (int i = 0; i < size(); i++) {
      boolean images = i > 0 && kind(i - 1) == MessageKind.RESULT;
      questions += kind(i) == MessageKind.QUESTION && !images ? 1 : 0;
    }
    return questions == 1;
  }

  /** The last question with no result after it, else the last one; -1 where there is none. */
  int lastQuestion() {
    int last = -1;
    boolean results = false;
    for (int i = size() - 1; i >= 0; i--) {
      results |= kind(i) == MessageKind.RESULT;
      if (kind(i) == MessageKind.QUESTION) {
        if (!results) {
          return i;
        }
        last = Math.max(last, i);
      }
    }
    return last;
  }
}
