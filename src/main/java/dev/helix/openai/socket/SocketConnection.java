package dev.helix.openai.socket;

import dev.helix.http.ApiError;
import dev.helix.http.BodyHolder;
import dev.helix.http.FrameCheck;
import dev.helix.http.InvalidRequestException;
import dev.helix.http.MessageText;
import dev.helix.http.RequestBody;
import dev.helix.http.RequestBodyException;
import dev.helix.openai.socket.FrameRequest.Opening;
import dev.helix.turn.stream.CallerStream;
import dev.helix.turn.stream.Mailbox;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;

/**
 * One WebSocket: its frames are put together as they come, wait while another is answered, and are
 * answered in their order. What it holds is counted and bounded. Safe for use by many threads,
 * which it holds only while a question is stored.
 */
final class SocketConnection {
  private static final System.Logger LOG = System.getLogger(SocketConnection.class.getName());

  static final int NORMAL = 1000;
  static final int GOING_AWAY = 1001;
  static final int NOT_TEXT = 1003;
  static final int REFUSED = 1008;

  private static final ApiError TOO_OLD =
      new ApiError(
          400,
          "This WebSocket has been open for as long as is allowed here: open a new one.",
          "invalid_request_error",
          null,
          "websocket_connection_limit_reached");

  /** A frame that waits: its text, or what is wrong with it. */
  private record Waiting(RequestBody body, ApiError error) {}

  private final Sockets sockets;
  private final Opening opening;
  private final List<FrameCheck> checks;
  private final BodyHolder holder;
  private final FrameAnswers answers;
  private final Instant opened;

  // All of these are guarded by this.
  private final Queue<Waiting> waiting = new ArrayDeque<>();
  private Channel channel;
  private MessageText message;
  private Instant messageBegan;
  private ApiError refused;
  private boolean busy;
  private Instant sendingSince;
  private SocketCaller caller;
  private int closeCode;
  private boolean closed;

  SocketConnection(Sockets sockets, HttpServletRequest request, FrameAnswers answers) {
    this.sockets = sockets;
    this.opening = new Opening(request);
    this.checks = FrameCheck.of(request);
    this.holder = BodyHolder.of(request);
    this.answers = answers;
    this.opened = sockets.now();
  }

  BodyHolder holder() {
    return holder;
  }

  /** It is open. */
  void open(Channel its) {
    synchronized (this) {
      channel = its;
    }
    sockets.opened(this);
  }

  /** It is closed, by whomever. */
  void closed() {
    SocketCaller served;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      served = caller;
      forget();
    }
    if (served != null) {
      served.gone(null);
    }
    answers.close();
    sockets.closed(this);
  }

  private void forget() {
    if (message != null) {
      message.close();
      message = null;
    }
    for (Waiting each : waiting) {
      if (each.body() != null) {
        each.body().close();
      }
    }
    waiting.clear();
  }

  /** A part of a frame has come. */
  void receive(String part, boolean last) {
    synchronized (this) {
      if (closed || closeCode != 0) {
        return;
      }
      add(part);
      if (last) {
        add(end());
      }
    }
  }

  private void add(String part) {
    if (message == null) {
      message = new MessageText(sockets.mostBytes(), sockets.budget(), holder);
      messageBegan = sockets.now();
      refused = null;
    }
    if (refused == null) {
      try {
        message.add(part);
      } catch (RequestBodyException e) {
        message.close();
        refused = e.error();
      }
    }
  }

  private Waiting end() {
    try {
      return refused == null ? new Waiting(message.whole(), null) : new Waiting(null, refused);
    } catch (RequestBodyException e) {
      message.close();
      return new Waiting(null, e.error());
    } finally {
      message = null;
    }
  }

  private void add(Waiting next) {
    waiting.add(next);
    if (!busy) {
      busy = true;
      sockets.execute(this::answerNext);
    } else if (waiting.size() > sockets.settings().waiting()) {
      close(REFUSED, "too many frames wait");
    }
  }

  /** Bytes have come, which are no frame. */
  void receiveBytes() {
    close(NOT_TEXT, "only text is read");
  }

  /** Answers the frame that has waited longest, on a thread that may block. */
  private void answerNext() {
    Waiting next;
    synchronized (this) {
      if (closed) {
        return;
      }
      if (closeCode != 0) {
        close(closeCode, "the server stops");
        return;
      }
      next = waiting.poll();
      if (next == null) {
        busy = false;
        return;
      }
    }
    if (isOld()) {
      if (next.body() != null) {
        next.body().close();
      }
      tell(TOO_OLD, () -> close(NORMAL, TOO_OLD.code()));
    } else if (next.error() != null) {
      tell(next.error(), this::goOn);
    } else {
      answer(next.body());
    }
  }

  private void answer(RequestBody body) {
    List<byte[]> told = null;
    ApiError error = null;
    boolean begun = false;
    try {
      FrameRequest frame = new FrameRequest(opening);
      body.work();
      told = answers.answer(frame, body, this::check, this::caller);
      begun = told == null;
    } catch (InvalidRequestException e) {
      error = e.error();
    } catch (RequestBodyException e) {
      error = e.error();
    } catch (IOException | RuntimeException | Error e) {
      LOG.log(Level.ERROR, "a frame was not answered, by a mistake of the server", e);
      error = ApiError.of(e);
    }
    if (!begun) {
      body.close();
    }
    if (error != null) {
      tell(error, this::goOn);
    } else if (told != null) {
      tell(told.stream().map(SocketCaller::data).iterator(), this::goOn);
    }
  }

  private void check(HttpServletRequest frame, byte[] json) throws InvalidRequestException {
    for (FrameCheck check : checks) {
      check.check(frame, json);
    }
  }

  private SocketCaller caller(Mailbox mailbox, CallerStream.Listener listener) {
    SocketCaller next;
    boolean late;
    synchronized (this) {
      next = new SocketCaller(channel, mailbox, listener, this::over);
      caller = next;
      late = closed;
    }
    if (late) {
      next.gone(null);
    }
    return next;
  }

  /** A turn is over for its caller. In the turn's mailbox. */
  private void over(boolean cut, boolean failed) {
    synchronized (this) {
      caller = null;
    }
    if (failed) {
      answers.failed();
    }
    if (cut) {
      close(REFUSED, "what was sent is not read");
    } else {
      goOn();
    }
  }

  private void goOn() {
    sockets.execute(this::answerNext);
  }

  private void tell(ApiError error, Runnable then) {
    answers.failed();
    String json = new String(error.toJson(), StandardCharsets.UTF_8);
    String text = SocketCaller.error(error.status(), error.retryAfterSeconds(), json);
    tell(List.of(text).iterator(), then);
  }

  /** Sends messages one after the other, outside of any turn. */
  private void tell(Iterator<String> messages, Runnable then) {
    if (!messages.hasNext()) {
      synchronized (this) {
        sendingSince = null;
      }
      then.run();
      return;
    }
    Channel to;
    synchronized (this) {
      if (closed) {
        return;
      }
      sendingSince = sockets.now();
      to = channel;
    }
    to.send(
        messages.next(),
        failure -> {
          if (failure == null) {
            sockets.execute(() -> tell(messages, then));
          } else {
            close(REFUSED, "it cannot be written to");
          }
        });
  }

  private boolean isOld() {
    return sockets.now().isAfter(opened.plus(sockets.settings().time()));
  }

  /** Closes it now, whatever it does. */
  private void close(int code, String reason) {
    Channel to;
    synchronized (this) {
      if (closed) {
        return;
      }
      closeCode = code;
      to = channel;
    }
    sockets.execute(
        () -> {
          to.close(code, reason);
          closed();
        });
  }

  /** The application stops: it is closed when the frame that is answered has its answer. */
  void stop() {
    boolean now;
    synchronized (this) {
      now = !busy && closeCode == 0;
      closeCode = closeCode == 0 ? GOING_AWAY : closeCode;
      waiting.forEach(
          each -> {
            if (each.body() != null) {
              each.body().close();
            }
          });
      waiting.clear();
    }
    if (now) {
      close(GOING_AWAY, "the server stops");
    }
  }

  /** Looks what has lasted too long, now and then, and keeps what is between alive. */
  void look() {
    Instant now = sockets.now();
    boolean old = isOld();
    boolean idle;
    boolean late;
    Channel to;
    synchronized (this) {
      if (closed || closeCode != 0) {
        return;
      }
      to = channel;
      idle = !busy;
      late =
          (message != null && now.isAfter(messageBegan.plus(sockets.patience())))
              || (sendingSince != null && now.isAfter(sendingSince.plus(sockets.stalled())));
      busy |= idle && !late && old;
    }
    if (late) {
      close(REFUSED, "it takes too long");
    } else if (idle && old) {
      tell(TOO_OLD, () -> close(NORMAL, TOO_OLD.code()));
    } else if (idle) {
      sockets.execute(to::ping);
    }
  }
}
