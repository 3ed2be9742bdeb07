package dev.helix.openai.socket;

import dev.helix.turn.stream.Caller;
import dev.helix.turn.stream.CallerStream;
import dev.helix.turn.stream.Mailbox;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Who opened a WebSocket, as one turn's caller: each event of the stream, which the form of the
 * answer writes in one piece, is a text message with the event's data, and a comment is a ping. An
 * error in place of a stream is a message of the type {@code error}. A stream that has begun ends
 * with one message: its events say how, so that the {@code error} among them and the end mark are
 * not sent.
 *
 * <p>All methods are called in the turn's mailbox; one message is sent at a time, outside of it.
 */
final class SocketCaller implements Caller {
  private static final String DATA = "\ndata: ";
  private static final String ERROR = "event: error\n";
  private static final int NEWLINES = 2;

  private final Channel channel;
  private final Mailbox mailbox;
  private final CallerStream.Listener listener;

  /** Told once, in the mailbox, when nothing more is sent: whether the WebSocket can go on. */
  private final Over onOver;

  private final Queue<ByteBuffer> queue = new ArrayDeque<>();
  private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  private long queued;
  private int status;
  private boolean stream;
  private boolean sending;
  private boolean ending;
  private boolean failed;
  private boolean over;

  /** What a turn's end is for its WebSocket. */
  @FunctionalInterface
  interface Over {
    /** The turn is over for its caller; with {@code cut} the WebSocket is to be closed. */
    void over(boolean cut, boolean failed);
  }

  SocketCaller(Channel channel, Mailbox mailbox, CallerStream.Listener listener, Over onOver) {
    this.channel = channel;
    this.mailbox = mailbox;
    this.listener = listener;
    this.onOver = onOver;
  }

  @Override
  public void open() {
    // The server reads all the time, and tells when the caller leaves.
  }

  @Override
  public void watch() {
    // See open.
  }

  /** The WebSocket is closed. On any thread. */
  void gone(Throwable cause) {
    mailbox.execute(() -> leave(cause));
  }

  private void leave(Throwable cause) {
    if (!over) {
      abandon();
      listener.callerGone(cause);
    }
  }

  @Override
  public void header(String name, String value) {
    headers.put(name, value);
  }

  @Override
  public void begin(int code, Map<String, String> ofAnswer) {
    status = code;
    headers.putAll(ofAnswer);
    stream = headers.getOrDefault("Content-Type", "").startsWith("text/event-stream");
  }

  @Override
  public void write(ByteBuffer bytes) {
    if (!over && bytes.hasRemaining()) {
      queue.add(bytes);
      queued += bytes.remaining();
    }
  }

  @Override
  public void flush() {
    if (over || sending || queue.isEmpty()) {
      return;
    }
    ByteBuffer next = queue.remove();
    int size = next.remaining();
    sending = true;
    mailbox.outside(() -> send(next, size));
  }

  /** Outside of the mailbox, where it may be held up; what is to be done then. */
  private Runnable send(ByteBuffer next, int size) {
    String text = StandardCharsets.UTF_8.decode(next.duplicate()).toString();
    boolean isError = text.startsWith(ERROR);
    failed |= isError || !stream;
    String message = stream ? data(text) : error(status, headers.get("Retry-After"), text);
    if (message == null || isError) {
      // Where it failed in a stream the response that failed comes next, and says the same.
      if (text.startsWith(":")) {
        channel.ping();
      }
      return () -> sent(size, null);
    }
    AtomicReference<Supplier<Runnable>> result = new AtomicReference<>();
    channel.send(
        message,
        failure -> {
          Runnable task = () -> sent(size, failure);
          if (!result.compareAndSet(null, () -> task)) {
            mailbox.execute(task);
          }
        });
    // Where it was taken at once no other thread is needed for what is next.
    Runnable later = () -> {};
    return result.compareAndSet(null, () -> later) ? later : result.get().get();
  }

  /** The data of an event, in its one line; null for a comment and the end mark. */
  private static String data(String event) {
    int at = event.indexOf(DATA);
    return at < 0 ? null : event.substring(at + DATA.length(), event.length() - NEWLINES);
  }

  /** The data of an event, in its one line. */
  static String data(byte[] event) {
    return data(new String(event, StandardCharsets.UTF_8));
  }

  /**
   * The message of an error.
   *
   * @param retryAfter in seconds; null where nobody knows
   * @param json an object whose {@code error} is the error in OpenAI's form
   */
  static String error(int status, String retryAfter, String json) {
    String after =
        retryAfter == null ? "" : "\"headers\":{\"retry-after\":\"" + retryAfter + "\"},";
    return "{\"type\":\"error\",\"status\":" + status + "," + after + json.strip().substring(1);
  }

  private void sent(int size, Throwable failure) {
    sending = false;
    if (over) {
      return;
    }
    if (failure != null) {
      leave(failure);
      return;
    }
    queued -= size;
    if (!queue.isEmpty()) {
      listener.progressed();
      flush();
    } else if (ending) {
      finish();
      listener.callerServed();
    } else {
      listener.progressed();
    }
  }

  private void finish() {
    over = true;
    onOver.over(false, failed);
  }

  @Override
  public long queued() {
    return queued;
  }

  @Override
  public boolean waits() {
    return !over && (queued > 0 || sending);
  }

  @Override
  public boolean end() {
    ending = true;
    if (over) {
      return false;
    }
    if (!sending && queue.isEmpty()) {
      finish();
      return true;
    }
    flush();
    return false;
  }

  @Override
  public boolean breakOff(ScheduledExecutorService timers) {
    return end();
  }

  @Override
  public void abandon() {
    if (!over) {
      over = true;
      queue.clear();
      queued = 0;
      onOver.over(true, true);
    }
  }
}
