package dev.helix.backend.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.backend.ChatBackend;
import dev.helix.backend.ChatCall;
import dev.helix.backend.ReplyHead;
import dev.helix.backend.ReplyReceiver;
import dev.helix.message.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

/**
 * The backend that stands in while no upstream is set: the one model {@code helix-demo}, which is
 * no language model and says so. It shows what the server remembers: which turn of which session
 * this is, what was said first and what was said before. Streamed answers come word by word. Safe
 * for use by many threads.
 */
public final class DemoBackend implements ChatBackend {
  /** The name of its only model. */
  public static final String MODEL = "helix-demo";

  private static final Pattern WORD_ENDS = Pattern.compile("(?<= )");
  private static final int QUOTED_CODE_POINTS = 200;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ScheduledExecutorService timers;
  private final Clock clock;
  private final Duration pause;

  /**
   * Words of a streamed answer come with this pause between them. The timers stay the caller's to
   * close.
   */
  public DemoBackend(ScheduledExecutorService timers, Clock clock, Duration pause) {
    this.timers = timers;
    this.clock = clock;
    this.pause = pause;
  }

  @Override
  public Exchange chat(ChatCall call, ReplyReceiver receiver) {
    String text = answer(call);
    String id = "chatcmpl-" + UUID.randomUUID();
    if (!call.stream()) {
      receiver.head(ReplyHead.ok("application/json"));
      receiver.data(ByteBuffer.wrap(bytes(completion(id, text))));
      receiver.end();
      return new Streaming(List.of(), receiver);
    }
    List<ObjectNode> chunks = new ArrayList<>();
    for (String word : WORD_ENDS.split(text, -1)) {
      ObjectNode delta = JsonNodeFactory.instance.objectNode();
      if (chunks.isEmpty()) {
        delta.put("role", "assistant");
      }
      chunks.add(chunk(id, delta.put("content", word), null));
    }
    chunks.add(chunk(id, JsonNodeFactory.instance.objectNode(), "stop"));
    Streaming streaming = new Streaming(chunks, receiver);
    receiver.head(ReplyHead.ok("text/event-stream"));
    streaming.begin();
    return streaming;
  }

  private static String answer(ChatCall call) {
    List<String> said = userMessages(call.body());
    String now = said.get(said.size() - 1);
    if (said.size() == 1) {
      // A client that sends only what is new: what came before is known from the session.
      List<String> stored = new ArrayList<>();
      for (Message message : call.transcript().get()) {
        if (message.role().equals("user")) {
          stored.add(message.text());
        }
      }
      int place = stored.lastIndexOf(now);
      if (place >= 0) {
        said = stored.subList(0, place + 1);
      }
    }
    StringBuilder text =
        new StringBuilder("I am helix-demo: no language model, only a demonstration of memory. ");
    text.append("This is turn ").append(said.size());
    if (call.session() == null) {
      text.append(", and no session is kept for it. ");
    } else {
      text.append(" of session ").append(call.session().sessionId().value()).append(". ");
    }
    if (said.size() > 1) {
      text.append("You began with ").append(quoted(said.get(0))).append(" ");
    }
    if (said.size() > 2) {
      text.append("Before this you said ").append(quoted(said.get(said.size() - 2))).append(" ");
    }
    return text.append("Now you say ").append(quoted(now)).toString();
  }

  private static List<String> userMessages(byte[] body) {
    List<String> said = new ArrayList<>();
    try {
      for (JsonNode message : JSON.readTree(body).path("messages")) {
        if (message.path("role").asText().equals("user")) {
          said.add(Message.parse(JSON.writeValueAsBytes(message)).text());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a chat call without a JSON body", e);
    }
    if (said.isEmpty()) {
      said.add("");
    }
    return said;
  }

  private static String quoted(String said) {
    String text = said.strip();
    if (text.codePointCount(0, text.length()) > QUOTED_CODE_POINTS) {
      text = text.substring(0, text.offsetByCodePoints(0, QUOTED_CODE_POINTS)) + "…";
    }
    return "“" + text + "”";
  }

  private ObjectNode envelope(String id, String object) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", id)
        .put("object", object)
        .put("created", clock.instant().getEpochSecond())
        .put("model", MODEL);
  }

  private ObjectNode chunk(String id, ObjectNode delta, String finishReason) {
    ObjectNode chunk = envelope(id, "chat.completion.chunk");
    ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
    choice.set("delta", delta);
    choice.put("finish_reason", finishReason);
    return chunk;
  }

  private ObjectNode completion(String id, String text) {
    ObjectNode completion = envelope(id, "chat.completion");
    ObjectNode choice = completion.putArray("choices").addObject().put("index", 0);
    choice.putObject("message").put("role", "assistant").put("content", text);
    choice.put("finish_reason", "stop");
    return completion;
  }

  private static byte[] bytes(ObjectNode json) {
    try {
      return JSON.writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public CompletionStage<byte[]> models() {
    ObjectNode list = JsonNodeFactory.instance.objectNode().put("object", "list");
    list.putArray("data")
        .addObject()
        .put("id", MODEL)
        .put("object", "model")
        .put("created", 0)
        .put("owned_by", "helix");
    return CompletableFuture.completedFuture(bytes(list));
  }

  @Override
  public void close() {}

  /**
   * Sends one chunk after another, at the pace of the timer. It heeds no window: its answers are
   * short.
   */
  private final class Streaming implements Exchange {
    private final List<ObjectNode> chunks;
    private final ReplyReceiver receiver;
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private int next;

    Streaming(List<ObjectNode> chunks, ReplyReceiver receiver) {
      this.chunks = chunks;
      this.receiver = receiver;
    }

    void begin() {
      sendNext();
    }

    private void sendNext() {
      if (cancelled.get()) {
        return;
      }
      if (next == chunks.size()) {
        event("[DONE]".getBytes(StandardCharsets.UTF_8));
        receiver.end();
        return;
      }
      event(bytes(chunks.get(next++)));
      ScheduledFuture<?> unused =
          timers.schedule(this::sendNext, pause.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void event(byte[] json) {
      ByteBuffer event = ByteBuffer.allocate(json.length + 8);
      event.put("data: ".getBytes(StandardCharsets.UTF_8)).put(json);
      receiver.data(event.put((byte) '\n').put((byte) '\n').flip());
    }

    @Override
    public void cancel() {
      cancelled.set(true);
    }
  }
}
