package dev.helix.openai.responses;

import dev.helix.openai.items.Layout;
import dev.helix.openai.items.Layout.Cut;
import dev.helix.openai.items.Layout.Source;
import dev.helix.openai.items.OutputItem;
import dev.helix.openai.items.OutputItem.Kind;
import dev.helix.openai.items.OutputItems;
import dev.helix.turn.reply.AnswerSoFar;
import dev.helix.turn.reply.AnswerTexts;
import dev.helix.turn.reply.AnswerTexts.Fields;
import dev.helix.turn.reply.AnswerTexts.Place;
import dev.helix.turn.reply.GrowingText;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Tells of an answer that grows as items, one open at a time. It holds no text: what was told is
 * counted, and read again where an item ends. Used from the turn's mailbox.
 *
 * <p>What was thought, what is said and what is refused are told as they come; each opens an item
 * when there is something to be seen of it, and ends the one before. Of calls the first is told as
 * it comes, and the others, in their order, when all are there, which may not be before the answer
 * has its finish. What is said before that behind a call is told behind all calls.
 */
final class StreamedItems {
  private final ResponseEvents events;

  private final OutputItems items;
  private final Voice reasoning = new Voice(Source.REASONING);
  private final Voice text = new Voice(Source.TEXT);
  private final Voice refusal = new Voice(Source.REFUSAL);
  private final GrowingText arguments = new GrowingText();
  private final List<Told> told = new ArrayList<>(2);

  /** Where what was thought is; null until something was. */
  private Place thoughts;

  /** The item that is open; null for none. */
  private OutputItem open;

  /** What its pieces have in common. */
  private ResponseEvents.Pieces pieces;

  /** A text of one kind, which may make several items. */
  private static final class Voice {
    private final Source source;
    private final GrowingText grown = new GrowingText();

    /** What cannot be seen, and opens no item by itself. */
    private String held = "";

    Voice(Source source) {
      this.source = source;
    }
  }

  /** What was told as an item: so many characters of a text, or a call. */
  private static final class Told {
    private final Source source;
    private final Map<?, ?> call;
    private int size;

    Told(Source source, Map<?, ?> call) {
      this.source = source;
      this.call = call;
    }
  }

  StreamedItems(ResponseEvents events, OutputItems items) {
    this.events = events;
    this.items = items;
  }

  /** The answer may say more than before. */
  void grow(AnswerSoFar answer, Consumer<ByteBuffer> out) {
    grow(answer, answer.finishReason() != null, false, out);
  }

  private void grow(AnswerSoFar answer, boolean finished, boolean last, Consumer<ByteBuffer> out) {
    boolean calling = open != null && open.kind().isCall();
    if (!calling || finished) {
      growTexts(answer, last, out);
    }
    growCall(answer, out);
  }

  private void growTexts(AnswerSoFar answer, boolean last, Consumer<ByteBuffer> out) {
    Fields fields = answer::field;
    if (thoughts == null) {
      thoughts = AnswerTexts.thoughts(fields);
    }
    if (thoughts != null) {
      speak(reasoning, reasoning.grown.take(thoughts.in(fields), thoughts, last), answer, out);
    }
    speak(text, text.grown.take(fields.get("content"), Place.TEXT, last), answer, out);
    speak(refusal, refusal.grown.take(fields.get("refusal"), Place.REFUSAL, last), answer, out);
  }

  private void speak(Voice voice, String more, AnswerSoFar answer, Consumer<ByteBuffer> out) {
    if (more.isEmpty()) {
      return;
    }
    if (open == null || last().source != voice.source) {
      String all = voice.held + more;
      if (voice != refusal && AnswerTexts.isBlank(all)) {
        voice.held = all;
        return;
      }
      open(voice, answer, out);
      voice.held = "";
      piece(all, out);
    } else {
      piece(more, out);
    }
  }

  private void open(Voice voice, AnswerSoFar answer, Consumer<ByteBuffer> out) {
    if (open != null && open.kind().isCall()) {
      tellCalls(answer, out);
    }
    OutputItem item =
        switch (voice.source) {
          case REASONING -> items.reasoning();
          case REFUSAL -> items.message(Kind.REFUSAL);
          default -> items.message(Kind.TEXT);
        };
    open(item, new Told(voice.source, null), answer, out);
  }

  private void open(OutputItem item, Told as, AnswerSoFar answer, Consumer<ByteBuffer> out) {
    close(answer, OutputItem.COMPLETED, out);
    open = item;
    told.add(as);
    pieces = new ResponseEvents.Pieces(item, told.size() - 1);
    events.begin(item, told.size() - 1, out);
  }

  private Told last() {
    return told.get(told.size() - 1);
  }

  private void piece(String more, Consumer<ByteBuffer> out) {
    last().size += more.length();
    events.piece(pieces, more, out);
  }

  /** Tells of the first call as it comes, where it may be told so. */
  private void growCall(AnswerSoFar answer, Consumer<ByteBuffer> out) {
    Map<?, ?> first = answer.firstCall();
    if (first == null) {
      return;
    }
    boolean begun = isTold(first);
    if (begun ? last().call != first : !isTellable(first)) {
      return;
    }
    if (!begun) {
      open(items.call(first), new Told(Source.CALL, first), answer, out);
    }
    String more = arguments.take(AnswerTexts.arguments(first), Place.TEXT, false);
    if (!more.isEmpty()) {
      piece(more, out);
    }
  }

  /** Its name and id are there when its arguments begin. */
  private boolean isTellable(Map<?, ?> call) {
    return AnswerTexts.arguments(call).length() > 0
        && !AnswerTexts.name(call).isEmpty()
        && items.isPlain(call);
  }

  private boolean isTold(Map<?, ?> call) {
    for (Told each : told) {
      if (each.call == call) {
        return true;
      }
    }
    return false;
  }

  /** Tells of all calls that were not told; the last one stays open. */
  private void tellCalls(AnswerSoFar answer, Consumer<ByteBuffer> out) {
    for (Map<?, ?> call : AnswerTexts.calls(answer::field)) {
      if (!isTold(call)) {
        OutputItem item = items.call(call);
        open(item, new Told(Source.CALL, call), answer, out);
        String all = OutputItems.argumentsOf(item, call).toString();
        if (!all.isEmpty()) {
          piece(all, out);
        }
      }
    }
  }

  private void close(AnswerSoFar answer, String status, Consumer<ByteBuffer> out) {
    if (open != null) {
      finishText(answer, out);
      events.end(open, told.size() - 1, whole(answer), status, out);
      open = null;
      pieces = null;
    }
  }

  /** Tells what was left over of the open item's text, the half of a character. */
  private void finishText(AnswerSoFar answer, Consumer<ByteBuffer> out) {
    Fields fields = answer::field;
    String more =
        switch (last().source) {
          case REASONING -> reasoning.grown.take(thoughts.in(fields), thoughts, true);
          case TEXT -> text.grown.take(fields.get("content"), Place.TEXT, true);
          case REFUSAL -> refusal.grown.take(fields.get("refusal"), Place.REFUSAL, true);
          case CALL ->
              open.kind() == Kind.FUNCTION && last().call == answer.firstCall()
                  ? arguments.take(AnswerTexts.arguments(last().call), Place.TEXT, true)
                  : "";
        };
    if (!more.isEmpty()) {
      piece(more, out);
    }
  }

  /** All of the open item's text. */
  private CharSequence whole(AnswerSoFar answer) {
    Told item = last();
    if (item.source == Source.CALL) {
      return OutputItems.argumentsOf(open, item.call);
    }
    int before = 0;
    for (Told each : told) {
      before += each != item && each.source == item.source ? each.size : 0;
    }
    Place place =
        switch (item.source) {
          case REASONING -> thoughts;
          case REFUSAL -> Place.REFUSAL;
          default -> Place.TEXT;
        };
    return OutputItems.part(place.text(answer::field), before, item.size);
  }

  /**
   * The answer is over.
   *
   * @param all whether all that it says is to be told; else only what is open is ended
   * @param complete whether there is a message in any case, where there is nothing else
   * @param status of the last item
   */
  void end(
      AnswerSoFar answer, boolean all, boolean complete, String status, Consumer<ByteBuffer> out) {
    if (all) {
      grow(answer, true, true, out);
      tellCalls(answer, out);
      if (told.isEmpty() && (complete || !text.held.isEmpty())) {
        open(items.message(Kind.TEXT), new Told(Source.TEXT, null), answer, out);
        if (!text.held.isEmpty()) {
          piece(text.held, out);
        }
      }
    }
    close(answer, status, out);
  }

  /** How the items that were told are cut out of the message. */
  Layout layout(Fields message) {
    List<Map<?, ?>> calls = AnswerTexts.calls(message);
    List<Cut> cuts = new ArrayList<>();
    for (Told each : told) {
      boolean call = each.source == Source.CALL;
      cuts.add(new Cut(each.source, call ? position(calls, each.call) : each.size));
    }
    return new Layout(cuts);
  }

  private static int position(List<Map<?, ?>> calls, Map<?, ?> call) {
    int position = 0;
    while (position < calls.size() && calls.get(position) != call) {
      position++;
    }
    return position;
  }
}
