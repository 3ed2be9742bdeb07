package dev.helix.blackbox;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A form in which an upstream answers, and what comes of it.
 *
 * @param stream whether it is a stream of events; else one body
 * @param in what the upstream sends
 * @param end what it does then
 * @param told what the caller hears behind the bytes that came
 * @param kept the message as it is stored, in its very bytes, without what a transcript adds; null
 *     where no answer is stored
 * @param status the stored answer's
 * @param finishReason the stored answer's; null where it has none
 * @param resent the message as a client has it that resends the answer; null where it is the stored
 *     one, empty where none does
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record UpstreamForm(
    String name,
    boolean stream,
    byte[] in,
    End end,
    Told told,
    String kept,
    String status,
    String finishReason,
    String resent) {

  /** What an upstream does when it has said all. */
  public enum End {
    /** It ends its body. */
    ENDS,
    /** It keeps its stream open and says nothing. */
    STAYS,
    /** It closes the connection. */
    CUT
  }

  /** What a caller hears at the end. */
  public enum Told {
    /** Nothing that did not come. */
    NOTHING,
    /** A {@code [DONE]} of ours. */
    DONE,
    /** An error of ours. */
    ERROR,
    /** The error that its last event is, in our form and in place of that event. */
    ITS_ERROR
  }

  /** A stream of these events, with {@code [DONE]} behind them. */
  static UpstreamForm stream(String name, Object... parts) {
    Object[] all = Arrays.copyOf(parts, parts.length + 1);
    all[parts.length] = "data: [DONE]\n\n";
    return raw(name, all);
  }

  /** A stream of exactly these bytes. */
  static UpstreamForm raw(String name, Object... parts) {
    return new UpstreamForm(
        name, true, bytes(parts), End.ENDS, Told.NOTHING, null, "completed", "stop", null);
  }

  /** What of it comes to the caller as it is. */
  public byte[] passes() {
    String text = new String(in, StandardCharsets.ISO_8859_1);
    return told == Told.ITS_ERROR ? Arrays.copyOf(in, text.lastIndexOf("data:")) : in;
  }

  /** A body in one piece. */
  static UpstreamForm whole(String name, Object... parts) {
    return new UpstreamForm(
        name, false, bytes(parts), End.ENDS, Told.NOTHING, null, "completed", "stop", null);
  }

  /** Texts and bytes, the latter as numbers, one behind the other. */
  static byte[] bytes(Object... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Object part : parts) {
      if (part instanceof Integer single) {
        bytes.write(single);
      } else if (part instanceof byte[] many) {
        bytes.writeBytes(many);
      } else {
        bytes.writeBytes(part.toString().getBytes(StandardCharsets.UTF_8));
      }
    }
    return bytes.toByteArray();
  }

  /** The stored message, as its JSON. */
  UpstreamForm keeps(String message) {
    return new UpstreamForm(name, stream, in, end, told, message, status, finishReason, resent);
  }

  /** The stored message is this text and nothing else; it is given as it stands in JSON. */
  UpstreamForm says(String text) {
    return keeps("{\"role\":\"assistant\",\"content\":\"" + text + "\"}");
  }

  UpstreamForm failed() {
    return new UpstreamForm(name, stream, in, end, told, kept, "failed", finishReason, resent);
  }

  UpstreamForm finish(String reason) {
    return new UpstreamForm(name, stream, in, end, told, kept, status, reason, resent);
  }

  UpstreamForm then(End last) {
    return new UpstreamForm(name, stream, in, last, told, kept, status, finishReason, resent);
  }

  UpstreamForm tells(Told last) {
    return new UpstreamForm(name, stream, in, end, last, kept, status, finishReason, resent);
  }

  UpstreamForm resentAs(String message) {
    return new UpstreamForm(name, stream, in, end, told, kept, status, finishReason, message);
  }

  /** No client is known to resend this one as it was. */
  UpstreamForm notResent() {
    return resentAs("");
  }

  @Override
  public String toString() {
    return (stream ? "streamed: " : "whole: ") + name;
  }
}
