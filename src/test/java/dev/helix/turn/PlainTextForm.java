package dev.helix.turn;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.helix.turn.reply.BackendReply;
import dev.helix.turn.reply.WholeReply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** An answer as plain text, made of the events that are told. */
final class PlainTextForm implements ReplyForm {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static void begin(int status, CallerOutput out) {
    if (!out.begun()) {
      Map<String, String> headers = new LinkedHashMap<>();
      headers.put("Content-Type", "text/plain;charset=utf-8");
      out.begin(status, headers);
    }
  }

  @Override
  public void commit(CallerOutput out) {
    begin(200, out);
  }

  @Override
  public void begin(BackendReply reply, CallerOutput out) {
    begin(200, out);
  }

  @Override
  public void pass(ByteBuffer bytes, CallerOutput out) {
    // The backend's own bytes are no plain text.
  }

  @Override
  public void chunk(byte[] bytes, int from, int length, CallerOutput out) {
    try {
      JsonNode chunk = JSON.readTree(bytes, from, length);
      out.write(chunk.at("/choices/0/delta/content").asText("").getBytes(UTF_8));
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @Override
  public void keepAlive(BackendReply reply, CallerOutput out) {
    // Nothing can be said in plain text that is not part of it.
  }

  @Override
  public void done(BackendReply reply, CallerOutput out) {
    out.write("\n".getBytes(UTF_8));
  }

  @Override
  public void told(BackendReply reply, CallerOutput out) {
    out.write("\nfailed\n".getBytes(UTF_8));
  }

  @Override
  public void whole(BackendReply reply, byte[] body, WholeReply whole, CallerOutput out) {
    begin(200, out);
    out.write((whole.answers().get(0).message().text() + "\n").getBytes(UTF_8));
  }

  @Override
  public void fail(BackendReply reply, int status, byte[] json, CallerOutput out) {
    begin(status, out);
    out.write(("\nfailed with " + status + "\n").getBytes(UTF_8));
  }
}
