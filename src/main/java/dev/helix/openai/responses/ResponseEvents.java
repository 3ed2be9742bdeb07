package dev.helix.openai.responses;

import dev.helix.openai.items.OutputItem;
import dev.helix.openai.items.ResponseEnd;
import dev.helix.openai.items.SealedThoughts;
import dev.helix.openai.request.JsonBytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Writes the events of one response's stream: each in one piece, with the next sequence number.
 * Used from the turn's mailbox.
 */
final class ResponseEvents {
  /** How much room an event has beside its text. */
  private static final int ROOM = 400;

  private static final byte[] END = ascii("}\n\n");
  private static final byte[] LOGPROBS_END = ascii(",\"logprobs\":[]}\n\n");
  private static final byte[] DONE = ascii("data: [DONE]\n\n");

  /** Without a blank line, which some clients take for the end of an event without data. */
  private static final byte[] COMMENT = ascii(": waiting\n");

  private final boolean queued;

  /** Seals what items say that was thought. */
  private final SealedThoughts seals;

  /** What an item's events and its parts' say of their response, as some clients need it. */
  private final byte[] response;

  /** The beginning has the first numbers, whenever it is written. */
  private long next;

  /** What the next pieces of an item's text have in common. Immutable. */
  static final class Pieces {
    private final byte[] before;
    private final byte[] behind;
    private final byte[] end;

    /** Those of an item at its place in the output. */
    Pieces(OutputItem item, int index) {
      OutputItem.Kind kind = item.kind();
      before = begin("response." + kind.textEvents() + ".delta").toArray();
      behind = place(new JsonBytes(120), item, index).raw(",\"delta\":").toArray();
      end = kind == OutputItem.Kind.TEXT ? LOGPROBS_END : END;
    }
  }

  /**
   * The events of a response of which none was told.
   *
   * @param id the response's
   * @param queued whether it is told first that the response waits, as it is made in the background
   */
  ResponseEvents(String id, boolean queued, SealedThoughts seals) {
    this.seals = seals;
    this.response = ascii(",\"response_id\":\"" + id + "\"");
    this.queued = queued;
    this.next = queued ? 3 : 2;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static JsonBytes begin(String type) {
    return new JsonBytes(ROOM)
        .raw("event: ")
        .raw(type)
        .raw("\ndata: {\"type\":\"")
        .raw(type)
        .raw("\",\"sequence_number\":");
  }

  /** Which item, and which part of it. */
  private static JsonBytes place(JsonBytes out, OutputItem item, int index) {
    out.raw(",\"item_id\":\"").raw(item.id()).raw("\",\"output_index\":").number(index);
    return item.kind().isCall() ? out : out.raw(",\"").raw(item.kind().indexField()).raw("\":0");
  }

  /**
   * The response begins; first of all, and once.
   *
   * @param object gives the response object as it is then
   */
  void begin(Function<ResponseEnd, JsonBytes> object, Consumer<ByteBuffer> out) {
    byte[] first = object.apply(queued ? ResponseEnd.QUEUED : ResponseEnd.IN_PROGRESS).toArray();
    begin("response.created", 0, first, out);
    if (queued) {
      begin("response.queued", 1, first, out);
    }
    byte[] then = queued ? object.apply(ResponseEnd.IN_PROGRESS).toArray() : first;
    begin("response.in_progress", queued ? 2 : 1, then, out);
  }

  private static void begin(String type, int number, byte[] json, Consumer<ByteBuffer> out) {
    end(begin(type).number(number).raw(",\"response\":").raw(json), out);
  }

  /** The next event has this number at least. */
  void from(long number) {
    next = Math.max(next, number);
  }

  private JsonBytes numbered(String type) {
    return begin(type).number(next++);
  }

  private static void end(JsonBytes event, Consumer<ByteBuffer> out) {
    out.accept(event.raw(END).toBuffer());
  }

  /** The response is over, with this status. */
  void over(String status, JsonBytes response, Consumer<ByteBuffer> out) {
    end(numbered("response." + status).raw(",\"response\":").raw(response.toArray()), out);
  }

  /** Something failed: the fields of an error, beside and within. */
  void error(Map<String, Object> error, Consumer<ByteBuffer> out) {
    JsonBytes event = numbered("error");
    for (String name : new String[] {"code", "message", "param"}) {
      event.raw(",").string(name).raw(":").value(error.get(name));
    }
    end(event.raw(",\"error\":").value(error), out);
  }

  /** An item begins, and its part. */
  void begin(OutputItem item, int index, Consumer<ByteBuffer> out) {
    end(
        numbered("response.output_item.added")
            .raw(response)
            .raw(",\"output_index\":")
            .number(index)
            .raw(",\"item\":")
            .value(item.begun()),
        out);
    part("added", item, index, "", out);
  }

  private void part(
      String what, OutputItem item, int index, CharSequence text, Consumer<ByteBuffer> out) {
    String events = item.kind().partEvents();
    if (events != null) {
      JsonBytes event = place(numbered("response." + events + "." + what), item, index);
      end(event.raw(response).raw(",\"part\":").value(item.part(text)), out);
    }
  }

  /** A piece of an item's text. */
  void piece(Pieces pieces, String text, Consumer<ByteBuffer> out) {
    int room = pieces.before.length + pieces.behind.length + text.length() + 56;
    out.accept(
        new JsonBytes(room)
            .raw(pieces.before)
            .number(next++)
            .raw(pieces.behind)
            .string(text)
            .raw(pieces.end)
            .toBuffer());
  }

  /** An item is over, and its part. */
  void end(OutputItem item, int index, CharSequence text, String status, Consumer<ByteBuffer> out) {
    OutputItem.Kind kind = item.kind();
    JsonBytes done = place(numbered("response." + kind.textEvents() + ".done"), item, index);
    if (kind == OutputItem.Kind.FUNCTION) {
      done.raw(",\"name\":").string(item.called().name());
    }
    done.raw(",\"").raw(kind.textField()).raw("\":").string(text);
    out.accept(done.raw(kind == OutputItem.Kind.TEXT ? LOGPROBS_END : END).toBuffer());
    part("done", item, index, text, out);
    end(
        numbered("response.output_item.done")
            .raw(response)
            .raw(",\"output_index\":")
            .number(index)
            .raw(",\"item\":")
            .value(seals.added(item.with(text, status))),
        out);
  }

  /** Nothing more follows. */
  void done(Consumer<ByteBuffer> out) {
    out.accept(ByteBuffer.wrap(DONE));
  }

  /** A sign of life. */
  void comment(Consumer<ByteBuffer> out) {
    out.accept(ByteBuffer.wrap(COMMENT));
  }
}
