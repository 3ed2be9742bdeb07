package dev.helix.anthropic.messages;

import dev.helix.openai.request.JsonBytes;
import dev.helix.turn.reply.TokenUsage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Writes the events of one message's stream, each in one piece. Used from the turn's mailbox. */
final class MessageEvents {
  /** How much room an event has beside its text. */
  private static final int ROOM = 160;

  /** Stands where a model's maker signs what was thought, so that clients send it back. */
  static final String SIGNATURE = "unsigned";

  private static final byte[] PING =
      "event: ping\ndata: {\"type\":\"ping\"}\n\n".getBytes(StandardCharsets.US_ASCII);

  private final Consumer<ByteBuffer> out;

  MessageEvents(Consumer<ByteBuffer> out) {
    this.out = out;
  }

  private static JsonBytes event(String type, int more) {
    return new JsonBytes(ROOM + more)
        .raw("event: ")
        .raw(type)
        .raw("\ndata: {\"type\":\"")
        .raw(type)
        .raw("\"");
  }

  private static JsonBytes ofBlock(String type, int index, int more) {
    return event(type, more).raw(",\"index\":").number(index);
  }

  private void send(JsonBytes event) {
    out.accept(event.raw("}\n\n").toBuffer());
  }

  /** The message begins; first of all, and once. */
  void begin(ToldMessage message) {
    send(event("message_start", 200).raw(",\"message\":").raw(message.begun()));
  }

  /** A block begins, of which nothing is told yet. */
  void begin(int index, BlockKind kind) {
    send(
        ofBlock("content_block_start", index, 0)
            .raw(",\"content_block\":")
            .raw(
                kind == BlockKind.THINKING
                    ? "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}"
                    : "{\"type\":\"text\",\"text\":\"\"}"));
  }

  /** A call of a tool begins. */
  void beginCall(int index, String id, String name) {
    send(
        ofBlock("content_block_start", index, id.length() + name.length())
            .raw(",\"content_block\":{\"type\":\"tool_use\",\"id\":")
            .string(id)
            .raw(",\"name\":")
            .string(name)
            .raw(",\"input\":{}}"));
  }

  /** A piece of a block's text. */
  void piece(int index, BlockKind kind, String text) {
    send(
        ofBlock("content_block_delta", index, text.length())
            .raw(",\"delta\":{\"type\":\"")
            .raw(kind.delta())
            .raw("\",\"")
            .raw(kind.field())
            .raw("\":")
            .string(text)
            .raw("}"));
  }

  /** A block is over. */
  void end(int index, BlockKind kind) {
    if (kind == BlockKind.THINKING) {
      send(
          ofBlock("content_block_delta", index, 0)
              .raw(",\"delta\":{\"type\":\"signature_delta\",\"signature\":\"")
              .raw(SIGNATURE)
              .raw("\"}"));
    }
    send(ofBlock("content_block_stop", index, 0));
  }

  /** The message is over, for these reasons; the last events. */
  void end(byte[] reasons, TokenUsage usage) {
    send(
        event("message_delta", 100)
            .raw(",\"delta\":{")
            .raw(reasons)
            .raw("},\"usage\":")
            .raw(ToldMessage.usage(usage)));
    send(event("message_stop", 0));
  }

  /** The message has failed; the last event. */
  void error(byte[] json) {
    out.accept(
        new JsonBytes(json.length + 32)
            .raw("event: error\ndata: ")
            .raw(json)
            .raw("\n\n")
            .toBuffer());
  }

  /** A sign of life. */
  void ping() {
    out.accept(ByteBuffer.wrap(PING));
  }
}
