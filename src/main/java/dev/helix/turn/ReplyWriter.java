package dev.helix.turn;

import dev.helix.backend.ReplyHead;
import dev.helix.http.ApiError;
import dev.helix.turn.reply.UpstreamReply;
import dev.helix.turn.reply.WholeReply;
import dev.helix.turn.stream.CallerStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Writes a reply in the form in which it was begun: as one body, or as a stream of events. Used
 * from the turn's mailbox.
 */
final class ReplyWriter {
  private static final String EVENT_STREAM = "text/event-stream";
  private static final byte[] COMMENT = ascii(": waiting\n\n");
  private static final byte[] DONE = ascii("data: [DONE]\n\n");
  private static final byte[] DATA = ascii("data: ");
  private static final byte[] EVENT_END = ascii("\n\n");

  /** Headers of the upstream's that mean something to its clients and nothing to ours. */
  private static final Set<String> PASSED =
      Set.of(
          "retry-after",
          "retry-after-ms",
          "x-should-retry",
          "x-request-id",
          "openai-processing-ms",
          "openai-version");

  private static final String PASSED_PREFIX = "x-ratelimit-";

  private final TurnTimes times;
  private CallerStream caller;
  private boolean streamBegun;

  ReplyWriter(TurnTimes times) {
    this.times = times;
  }

  void serve(CallerStream stream) {
    this.caller = stream;
  }

  /** Whether a stream of events was begun. */
  boolean streamBegun() {
    return streamBegun;
  }

  long queued() {
    return caller.queued();
  }

  /** Whether something is on its way that the caller has not taken. */
  boolean waits() {
    return caller.waits();
  }

  void write(ByteBuffer bytes) {
    times.callerGiven(!caller.waits());
    caller.write(bytes);
  }

  private void write(byte[] bytes) {
    write(ByteBuffer.wrap(bytes));
  }

  void flush() {
    caller.flush();
  }

  /** Begins the stream with the upstream's status and headers, unless it has begun. */
  void beginStream(ReplyHead head) {
    if (!streamBegun) {
      Map<String, String> headers = passed(head);
      headers.put("Content-Type", head.header("content-type").orElse(EVENT_STREAM));
      beginStream(head.status(), headers);
    }
    flush();
  }

  /** Begins the stream while the upstream's status is not known yet. */
  void beginUnanswered() {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", EVENT_STREAM);
    beginStream(200, headers);
    times.begunUnanswered();
    write(COMMENT);
    flush();
  }

  private void beginStream(int status, Map<String, String> headers) {
    headers.put("Cache-Control", "no-cache");
    // Tells nginx not to gather the events.
    headers.put("X-Accel-Buffering", "no");
    caller.begin(status, headers);
    streamBegun = true;
  }

  void comment() {
    times.commented();
    write(COMMENT);
    flush();
  }

  /** The {@code [DONE]} that was held back; where the upstream sent none, ours. */
  void done(UpstreamReply reply) {
    if (reply.scanner().done()) {
      write(reply.scanner().doneEvent());
    } else {
      endHalfEvent(reply);
      write(DONE);
    }
  }

  /**
   * An answer that came in one piece, unchanged; as a stream of one chunk where a stream was begun.
   */
  void whole(ReplyHead head, byte[] body, WholeReply reply) {
    if (streamBegun) {
      event(reply.asChunk());
      write(DONE);
    } else {
      Map<String, String> headers = passed(head);
      headers.put("Content-Type", head.header("content-type").orElse("application/json"));
      headers.put("Content-Length", String.valueOf(body.length));
      caller.begin(head.status(), headers);
      write(body);
    }
  }

  /** An error of ours, in the form that fits. */
  void error(ApiError error, UpstreamReply reply) {
    if (error.retryAfter() != null && !streamBegun) {
      caller.header("Retry-After", error.retryAfterSeconds());
    }
    error(error.status(), error.toJson(), reply);
  }

  /** An error: a response of its own, or, where a stream was begun, its last event. */
  void error(int status, byte[] json, UpstreamReply reply) {
    if (streamBegun) {
      endHalfEvent(reply);
      event(json);
    } else {
      ReplyHead head = reply.head();
      Map<String, String> headers = head == null ? new LinkedHashMap<>() : passed(head);
      headers.put("Content-Type", "application/json");
      headers.put("Content-Length", String.valueOf(json.length));
      caller.begin(status, headers);
      write(json);
    }
  }

  /** Ends what the upstream left half said, so that it does not become part of what follows. */
  void endHalfEvent(UpstreamReply reply) {
    if (!reply.scanner().atBoundary()) {
      write(EVENT_END);
    }
  }

  private void event(byte[] json) {
    write(DATA);
    write(json);
    write(EVENT_END);
  }

  /** No more is to come. */
  void end() {
    caller.end();
  }

  /** Nothing more can come. */
  void abandon() {
    caller.abandon();
  }

  private static Map<String, String> passed(ReplyHead head) {
    Map<String, String> headers = new LinkedHashMap<>();
    head.headers()
        .forEach(
            (name, value) -> {
              if (PASSED.contains(name) || name.startsWith(PASSED_PREFIX)) {
                headers.put(name, value);
              }
            });
    return headers;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
