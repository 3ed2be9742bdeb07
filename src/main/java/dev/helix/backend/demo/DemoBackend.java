package dev.helix.backend.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.backend.ChatBackend;
import dev.helix.backend.ChatCall;
import dev.helix.backend.ReplyHead;
import dev.helix.backend.ReplyReceiver;
import dev.helix.message.Message;
import dev.helix.text.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
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
  private static final String FINISHED = ",\"finish_reason\":\"stop\"";
  private static final String CHUNK = "chat.completion.chunk";
  private static final String MODELS =
      """
      {"object":"list","data":[{"id":"%s","object":"model","created":0,"owned_by":"helix"}]}"""
          .formatted(MODEL);

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
      receiver.data(utf8(json(id, "chat.completion", "\"message\":" + message(text) + FINISHED)));
      receiver.end();
      return new Streaming(List.of(), receiver);
    }
    List<String> events = new ArrayList<>();
    for (String word : WORD_ENDS.split(text, -1)) {
      String delta = events.isEmpty() ? message(word) : "{\"content\":" + Json.quote(word) + "}";
      events.add(json(id, CHUNK, "\"delta\":" + delta + ",\"finish_reason\":null"));
    }
    events.add(json(id, CHUNK, "\"delta\":{}" + FINISHED));
    events.add("[DONE]");
    Streaming streaming = new Streaming(events, receiver);
    receiver.head(ReplyHead.ok("text/event-stream"));
    streaming.sendNext();
    return streaming;
  }

  private static String answer(ChatCall call) {
    List<String> said = userMessages(call.body());
    String now = said.get(said.size() - 1);
    if (said.size() == 1) {
      // A client that sends only what is new: what came before is known from the session.
      List<String> stored =
          call.transcript().get().stream()
              .filter(message -> message.role().equals("user"))
              .map(Message::text)
              .toList();
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
      for (JsonNode message : Json.MAPPER.readTree(body).path("messages")) {
        if (message.path("role").asText().equals("user")) {
          said.add(Message.parse(Json.MAPPER.writeValueAsBytes(message)).text());
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

  private static String message(String text) {
    return "{\"role\":\"assistant\",\"content\":" + Json.quote(text) + "}";
  }

  /** The JSON of a completion or of a chunk, whose one choice has these fields. */
  private String json(String id, String object, String choice) {
    return """
        {"id":"%s","object":"%s","created":%d,"model":"%s","choices":[{"index":0,%s}]}"""
        .formatted(id, object, clock.instant().getEpochSecond(), MODEL, choice);
  }

  private static ByteBuffer utf8(String text) {
    return ByteBuffer.wrap(Json.utf8(text));
  }

  @Override
  public CompletionStage<byte[]> models() {
    return CompletableFuture.completedFuture(MODELS.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {}

  /** Sends one event after another, at the pace of the timer. It heeds no window. */
  private final class Streaming implements Exchange {
    private final Iterator<String> events;
    private final ReplyReceiver receiver;
    private volatile boolean cancelled;

    Streaming(List<String> events, ReplyReceiver receiver) {
      this.events = events.iterator();
      this.receiver = receiver;
    }

    private void sendNext() {
      if (cancelled) {
        return;
      }
      receiver.data(utf8("data: " + events.next() + "\n\n"));
      if (events.hasNext()) {
        ScheduledFuture<?> unused =
            timers.schedule(this::sendNext, pause.toNanos(), TimeUnit.NANOSECONDS);
      } else {
        receiver.end();
      }
    }

    @Override
    public void cancel() {
      cancelled = true;
    }
  }
}
