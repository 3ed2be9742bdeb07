package example;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.helix.backend.BackendException;
import dev.helix.backend.ChatBackend;
import dev.helix.backend.ChatCall;
import dev.helix.backend.ReplyHead;
import dev.helix.backend.ReplyReceiver;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/** Answers with what the caller said last. */
public final class EchoBackend implements ChatBackend {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public Exchange chat(ChatCall call, ReplyReceiver receiver) {
    try {
      JsonNode messages = JSON.readTree(call.body()).get("messages");
      JsonNode said = messages.get(messages.size() - 1).path("content");
      String part = call.stream() ? "delta" : "message";
      String reply =
          ("{\"choices\":[{\"index\":0,\"" + part + "\":{\"role\":\"assistant\",\"content\":")
              + (JSON.writeValueAsString(said) + "},\"finish_reason\":\"stop\"}]}");
      receiver.head(ReplyHead.ok(call.stream() ? "text/event-stream" : "application/json"));
      String text = call.stream() ? "data: " + reply + "\n\ndata: [DONE]\n\n" : reply;
      receiver.data(UTF_8.encode(text));
      receiver.end();
    } catch (IOException e) {
      receiver.failed(new BackendException(BackendException.Reason.BROKEN, "I am deaf.", e));
    }
    return () -> {}; // All is said: there is nothing to cancel.
  }

  @Override
  public CompletionStage<byte[]> models() {
    return CompletableFuture.completedFuture("{\"data\":[{\"id\":\"echo\"}]}".getBytes(UTF_8));
  }

  @Override
  public void close() {}

  /** What META-INF/services names. */
  public static final class Provider implements ChatBackend.Provider {
    public String name() {
      return "echo";
    }

    public ChatBackend open(UnaryOperator<String> settings) {
      return new EchoBackend();
    }
  }
}
