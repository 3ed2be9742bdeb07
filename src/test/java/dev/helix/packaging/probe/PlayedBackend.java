package dev.helix.packaging.probe;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.helix.backend.BackendException;
import dev.helix.backend.ChatBackend;
import dev.helix.backend.ChatCall;
import dev.helix.backend.ReplyHead;
import dev.helix.backend.ReplyReceiver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;

/**
 * A backend that does what the last message tells it to, and says on standard error what is done to
 * it. Thread-safe.
 */
public final class PlayedBackend implements ChatBackend {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final BlockingQueue<ReplyReceiver> waiting = new LinkedBlockingQueue<>();
  private final String greeting;

  private PlayedBackend(String greeting) {
    this.greeting = greeting;
  }

  /** Makes it, with a setting of its own. */
  public static final class Provider implements ChatBackend.Provider {
    @Override
    public String name() {
      return "played";
    }

    @Override
    public ChatBackend open(UnaryOperator<String> settings) {
      String greeting = settings.apply("helix.played.greeting");
      if (greeting == null) {
        throw new IllegalArgumentException("helix.played.greeting must be set");
      }
      return new PlayedBackend(greeting);
    }
  }

  @Override
  public Exchange chat(ChatCall call, ReplyReceiver receiver) {
    switch (told(call)) {
      case "whole" -> whole(receiver);
      case "begin" -> {
        receiver.head(ReplyHead.ok("text/event-stream"));
        event(receiver, "{\"content\":\"" + greeting + "\"}", "null");
        waiting.add(receiver);
      }
      case "go on" -> {
        ReplyReceiver first = waiting.remove();
        event(first, "{\"content\":\" again\"}", "\"stop\"");
        first.data(ByteBuffer.wrap("data: [DONE]\n\n".getBytes(UTF_8)));
        first.end();
        whole(receiver);
      }
      case "break" -> {
        waiting
            .remove()
            .failed(new BackendException(BackendException.Reason.BROKEN, "It broke.", null));
        whole(receiver);
      }
      case "tool" -> {
        receiver.head(ReplyHead.ok("text/event-stream"));
        event(
            receiver,
            "{\"role\":\"assistant\",\"tool_calls\":[{\"index\":0,\"id\":\"call_1\","
                + "\"type\":\"function\",\"function\":{\"name\":\"trains\",\"arguments\":\"{\\\"to\\\":\"}}]}",
            "null");
        event(
            receiver,
            "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\\\"Rome\\\"}\"}}]}",
            "\"tool_calls\"");
        receiver.data(ByteBuffer.wrap("data: [DONE]\n\n".getBytes(UTF_8)));
        receiver.end();
      }
      case "refuse" -> {
        receiver.head(new ReplyHead(429, Map.of("Content-Type", "application/json")));
        receiver.data(UTF_8.encode("{\"error\":{\"message\":\"Slowly\"}}"));
        receiver.end();
      }
      case "fail" ->
          receiver.failed(
              new BackendException(BackendException.Reason.UNREACHABLE, "It is away.", null));
      case "throw" -> throw new IllegalStateException("told to");
      case "nothing" -> {
        return null;
      }
      default -> throw new IllegalArgumentException("told nothing that is known");
    }
    return () -> System.err.println("the exchange was cancelled");
  }

  private void whole(ReplyReceiver receiver) {
    receiver.head(ReplyHead.ok("application/json"));
    byte[] reply =
        ("{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
                + greeting
                + "\"},\"finish_reason\":\"stop\"}]}")
            .getBytes(UTF_8);
    receiver.data(ByteBuffer.allocateDirect(reply.length).put(reply).flip());
    receiver.end();
  }

  private static String told(ChatCall call) {
    try {
      JsonNode messages = JSON.readTree(call.body()).path("messages");
      return messages.path(messages.size() - 1).path("content").asText();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void event(ReplyReceiver receiver, String delta, String reason) {
    String event =
        "data: {\"choices\":[{\"index\":0,\"delta\":%s,\"finish_reason\":%s}]}\n\n"
            .formatted(delta, reason);
    receiver.data(ByteBuffer.wrap(event.getBytes(UTF_8)).asReadOnlyBuffer());
  }

  @Override
  public CompletionStage<byte[]> models() {
    return CompletableFuture.completedFuture("{\"data\":[{\"id\":\"played\"}]}".getBytes(UTF_8));
  }

  @Override
  public void close() {
    System.err.println("the backend was closed");
  }
}
