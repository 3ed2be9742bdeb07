package dev.helix.anthropic.messages;

import dev.helix.turn.reply.AnswerSoFar;
import dev.helix.turn.reply.AnswerTexts;
import dev.helix.turn.reply.AnswerTexts.Fields;
import dev.helix.turn.reply.AnswerTexts.Place;
import dev.helix.turn.reply.GrowingText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Tells of an answer that grows as blocks, one open at a time. It holds no text: what was told is
 * read again where a block ends. Used from the turn's mailbox.
 *
 * <p>What was thought, what is said and what is refused are told as they come; each opens a block
 * when there is something to be seen of it, and ends the one before. Of calls the first is told as
 * it comes, where its arguments begin as an object does; the others, in their order, when all are
 * there. What is said before that behind a call is told behind all calls.
 */
final class StreamedBlocks {
  private final MessageEvents events;
  private final ToldMessage message;
  private final Voice thoughts = new Voice(BlockKind.THINKING);
  private final Voice text = new Voice(BlockKind.TEXT);
  private final Voice refusal = new Voice(BlockKind.TEXT);
  private final GrowingText arguments = new GrowingText();
  private final List<Map<?, ?>> toldCalls = new ArrayList<>(1);

  /** Where what was thought is; null until something was. */
  private Place thoughtsAt;

  /** The number of the last block; -1 before the first. */
  private int index = -1;

  /** What the open block is of; null for none, and for a call. */
  private Voice open;

  /** The call that is open; null for none. */
  private Map<?, ?> call;

  /** Whether the open call is told as it comes. */
  private boolean growing;

  /** A text of one kind, which may make several blocks. */
  private static final class Voice {
    private final BlockKind kind;
    private final GrowingText grown = new GrowingText();

    /** What cannot be seen, and opens no block by itself. */
    private String held = "";

    Voice(BlockKind kind) {
      this.kind = kind;
    }
  }

  StreamedBlocks(MessageEvents events, ToldMessage message) {
    this.events = events;
    this.message = message;
  }

  /** The answer may say more than before. */
  void grow(AnswerSoFar answer) {
    grow(answer, answer.finishReason() != null, false);
  }

  private void grow(AnswerSoFar answer, boolean finished, boolean last) {
    if (call == null || finished) {
      growTexts(answer, last);
    }
    growCall(answer);
  }

  private void growTexts(AnswerSoFar answer, boolean last) {
    Fields fields = answer::field;
    if (thoughtsAt == null && message.thoughts()) {
      thoughtsAt = AnswerTexts.thoughts(fields);
    }
    if (thoughtsAt != null) {
      speak(thoughts, thoughts.grown.take(thoughtsAt.in(fields), thoughtsAt, last), answer);
    }
    speak(text, text.grown.take(fields.get("content"), Place.TEXT, last), answer);
    speak(refusal, refusal.grown.take(fields.get("refusal"), Place.REFUSAL, last), answer);
  }

  private void speak(Voice voice, String more, AnswerSoFar answer) {
    if (more.isEmpty()) {
      return;
    }
    if (open == voice) {
      events.piece(index, voice.kind, more);
      return;
    }
    String all = voice.held + more;
    voice.held = AnswerTexts.isBlank(all) ? all : "";
    if (voice.held.isEmpty()) {
      open(voice, answer);
      events.piece(index, voice.kind, all);
    }
  }

  private void open(Voice voice, AnswerSoFar answer) {
    if (call != null) {
      tellCalls(answer);
    }
    close(answer);
    open = voice;
    events.begin(++index, voice.kind);
  }

  private void openCall(Map<?, ?> next, AnswerSoFar answer) {
    close(answer);
    call = next;
    toldCalls.add(next);
    int place = placeOf(next, AnswerTexts.calls(answer::field));
    events.beginCall(++index, message.callId(next, place), AnswerTexts.name(next));
  }

  private static int placeOf(Map<?, ?> call, List<Map<?, ?>> calls) {
    int place = 0;
    while (place < calls.size() && calls.get(place) != call) {
      place++;
    }
    return place;
  }

  /** Tells of the first call as it comes, where it may be told so. */
  private void growCall(AnswerSoFar answer) {
    Map<?, ?> first = answer.firstCall();
    if (first == null) {
      return;
    }
    boolean begun = isTold(first);
    if (begun ? call != first : !isTellable(first)) {
      return;
    }
    if (!begun) {
      openCall(first, answer);
      growing = true;
    }
    pieceOfCall(false);
  }

  private void pieceOfCall(boolean last) {
    String more = arguments.take(AnswerTexts.arguments(call), Place.TEXT, last);
    if (!more.isEmpty()) {
      events.piece(index, BlockKind.CALL, more);
    }
  }

  /** Its id and name are there when its arguments begin, and these may become an object. */
  private static boolean isTellable(Map<?, ?> call) {
    CharSequence begun = AnswerTexts.arguments(call);
    int at = 0;
    while (at < begun.length() && Character.isWhitespace(begun.charAt(at))) {
      at++;
    }
    return at < begun.length()
        && begun.charAt(at) == '{'
        && !AnswerTexts.name(call).isEmpty()
        && !AnswerTexts.callId(call, none -> none).isEmpty();
  }

  private boolean isTold(Map<?, ?> which) {
    for (Map<?, ?> each : toldCalls) {
      if (each == which) {
        return true;
      }
    }
    return false;
  }

  /** Tells of all calls that were not told; the last one stays open. */
  private void tellCalls(AnswerSoFar answer) {
    for (Map<?, ?> each : AnswerTexts.calls(answer::field)) {
      if (!isTold(each)) {
        openCall(each, answer);
        events.piece(index, BlockKind.CALL, ToldMessage.input(each));
      }
    }
  }

  private void close(AnswerSoFar answer) {
    if (call != null) {
      if (growing) {
        pieceOfCall(true);
      }
      events.end(index, BlockKind.CALL);
    } else if (open != null) {
      String more = rest(open, answer::field);
      if (!more.isEmpty()) {
        events.piece(index, open.kind, more);
      }
      events.end(index, open.kind);
    }
    call = null;
    growing = false;
    open = null;
  }

  /** What was left over of a text, the half of a character. */
  private String rest(Voice voice, Fields fields) {
    if (voice == thoughts) {
      return thoughts.grown.take(thoughtsAt.in(fields), thoughtsAt, true);
    }
    return voice == text
        ? text.grown.take(fields.get("content"), Place.TEXT, true)
        : refusal.grown.take(fields.get("refusal"), Place.REFUSAL, true);
  }

  /** The answer is over, and all that it says is to be told. */
  void end(AnswerSoFar answer) {
    grow(answer, true, true);
    tellCalls(answer);
    if (index < 0 && !text.held.isEmpty()) {
      open(text, answer);
      events.piece(index, BlockKind.TEXT, text.held);
    }
    close(answer);
  }
}
