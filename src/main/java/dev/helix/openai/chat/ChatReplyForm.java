package dev.helix.openai.chat;

import dev.helix.backend.ReplyHead;
import dev.helix.turn.CallerOutput;
import dev.helix.turn.PassedHeaders;
import dev.helix.turn.ReplyForm;
import dev.helix.turn.SignOfLife;
import dev.helix.turn.reply.BackendReply;
import dev.helix.turn.reply.WholeReply;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The form of chat completions: what the backend says passes as it came, in one body or as a stream
 * of events (Specification section 6). One for each turn.
 */
final class ChatReplyForm implements ReplyForm {
  private static final String EVENT_STREAM = "text/event-stream";
  private static final String JSON = "application/json";
  private static final byte[] ERROR = ascii("event: error\n");

  /** Without a blank line, which some clients take for the end of an event without data. */
  private static final byte[] COMMENT = ascii(": waiting\n");

  private static final byte[] DONE = ascii("data: [DONE]\n\n");
  private static final byte[] DATA = ascii("data: ");
  private static final byte[] EVENT_END = ascii("\n\n");

  private final boolean streamAsked;

  /** Null where signs of life are comments. */
  private final LastChunk last;

  private boolean stream;

  /** Whether a body passes as it comes. */
  private boolean passes;

  /** The form for a caller who asked for a stream, or did not. */
  ChatReplyForm(boolean streamAsked, SignOfLife sign) {
    this.streamAsked = streamAsked;
    this.last = streamAsked && sign == SignOfLife.CHUNK ? new LastChunk() : null;
  }

  @Override
  public void commit(CallerOutput out) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", EVENT_STREAM);
    beginStream(200, headers, out);
    out.write(COMMENT);
  }

  @Override
  public void begin(BackendReply reply, CallerOutput out) {
    if (!stream) {
      ReplyHead head = reply.head();
      Map<String, String> headers = PassedHeaders.of(head);
      headers.put(
          "Content-Type",
          head.isOfType(EVENT_STREAM) ? head.headers().get("content-type") : EVENT_STREAM);
      beginStream(head.status(), headers, out);
    }
  }

  private void beginStream(int status, Map<String, String> headers, CallerOutput out) {
    headers.put("Cache-Control", "no-cache");
    // Tells nginx not to gather the events.
    headers.put("X-Accel-Buffering", "no");
    out.begin(status, headers);
    stream = true;
  }

  @Override
  public void pass(ByteBuffer bytes, CallerOutput out) {
    out.write(bytes);
  }

  @Override
  public void chunk(byte[] bytes, int from, int length, CallerOutput out) {
    // It is passed with its event.
    if (last != null) {
      last.is(bytes, from, length);
    }
  }

  @Override
  public void keepAlive(BackendReply reply, CallerOutput out) {
    Integer choice = last == null ? null : reply.openChoice();
    byte[] empty = choice == null ? null : last.empty(choice);
    if (empty == null) {
      out.write(COMMENT);
    } else {
      event(empty, out);
    }
  }

  @Override
  public void done(BackendReply reply, CallerOutput out) {
    byte[] theirs = reply.doneEvent();
    if (theirs == null) {
      endHalfEvent(reply, out);
    }
    out.write(theirs == null ? DONE : theirs);
  }

  @Override
  public void told(BackendReply reply, CallerOutput out) {
    endHalfEvent(reply, out);
  }

  /** Unchanged, or, where a stream was asked for, as a stream of one chunk. */
  @Override
  public void whole(BackendReply reply, byte[] body, WholeReply whole, CallerOutput out) {
    if (streamAsked) {
      begin(reply, out);
      event(whole.asChunk(), out);
      out.write(DONE);
    } else {
      ReplyHead head = reply.head();
      out.whole(head.status(), head, jsonType(head), body);
    }
  }

  private static String jsonType(ReplyHead head) {
    String type = head.header("content-type").orElse("");
    return type.contains("json") ? type : JSON;
  }

  /** A body that is to be told as a stream, or in one, cannot pass. */
  @Override
  public boolean passOn(BackendReply reply, CallerOutput out) {
    if (!streamAsked) {
      ReplyHead head = reply.head();
      Map<String, String> headers = PassedHeaders.of(head);
      headers.put("Content-Type", jsonType(head));
      // Without its length: where it breaks off, some servers would leave the caller waiting.
      out.begin(head.status(), headers);
      passes = true;
    }
    return passes;
  }

  /** A response of its own, or, where a stream was begun, its last event. */
  @Override
  public void fail(BackendReply reply, int status, byte[] json, CallerOutput out) {
    if (passes) {
      return; // It ends where it broke off, and is no JSON.
    }
    if (stream) {
      endHalfEvent(reply, out);
      out.write(ERROR);
      event(json, out);
    } else {
      out.whole(status, reply.head(), JSON, json);
    }
  }

  /** Ends what the backend left half said, so that it does not become part of what follows. */
  private static void endHalfEvent(BackendReply reply, CallerOutput out) {
    String missing = reply.missingEnd();
    if (!missing.isEmpty()) {
      out.write(ascii(missing));
    }
  }

  private static void event(byte[] json, CallerOutput out) {
    out.write(DATA);
    out.write(json);
    out.write(EVENT_END);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
