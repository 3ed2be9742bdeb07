package dev.helix.turn;

import dev.helix.backend.BackendException;
import dev.helix.backend.ChatBackend;
import dev.helix.backend.ChatBackend.Exchange;
import dev.helix.backend.ChatCall;
import dev.helix.backend.ReplyHead;
import dev.helix.backend.ReplyReceiver;
import dev.helix.turn.TurnCall.ShrinkingRequest;
import dev.helix.turn.reply.ContextLength;
import java.io.ByteArrayOutputStream;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * A call that is made again with less of its history where the backend refuses it as too long, and
 * again, as long as there is less to be sent. Its receiver hears of the last reply only. Each
 * further body is made on a thread of the executor, not on the backend's. Safe for use by many
 * threads.
 */
final class ShrinkingCall implements Exchange {
  private static final System.Logger LOG = System.getLogger(ShrinkingCall.class.getName());

  /** What a backend sends without being asked for more; no refusal has as much to say. */
  private static final int LONGEST_REFUSAL = ReplyReceiver.FIRST_WINDOW;

  private final ChatBackend backend;

  /** The call without a body, which is not to be held as long as the answer takes. */
  private final ChatCall call;

  private final ReplyReceiver receiver;
  private final Executor executor;

  /** Null when it is known what is answered. */
  private volatile ShrinkingRequest request;

  private Try current;

  /** Null while a try begins. */
  private Exchange running;

  private int owed;
  private boolean cancelled;

  private ShrinkingCall(
      ChatBackend backend,
      ChatCall call,
      ShrinkingRequest request,
      ReplyReceiver receiver,
      Executor executor) {
    this.backend = backend;
    this.call = with(new byte[0], call);
    this.request = request;
    this.receiver = receiver;
    this.executor = executor;
  }

  /** Makes a call whose body was made by the request. */
  static Exchange begin(
      ChatBackend backend,
      ChatCall call,
      ShrinkingRequest request,
      ReplyReceiver receiver,
      Executor executor) {
    ShrinkingCall shrinking = new ShrinkingCall(backend, call, request, receiver, executor);
    shrinking.ask(call);
    return shrinking;
  }

  private static ChatCall with(byte[] body, ChatCall call) {
    return new ChatCall(body, call.stream(), call.headers(), call.session(), call.transcript());
  }

  private void ask(ChatCall asked) {
    Try next = new Try();
    synchronized (this) {
      current = next;
      running = null;
    }
    Exchange begun = backend.chat(asked, next);
    int more;
    boolean over;
    synchronized (this) {
      if (current != next) {
        return; // It was refused at once, and the next try is under way.
      }
      running = begun;
      more = owed;
      over = cancelled;
      owed = 0;
    }
    if (over) {
      begun.cancel();
    } else if (more > 0) {
      begun.request(more);
    }
  }

  private synchronized Exchange running() {
    return running;
  }

  @Override
  public void request(int bytes) {
    Exchange exchange;
    synchronized (this) {
      exchange = running;
      owed += exchange == null ? bytes : 0;
    }
    if (exchange != null) {
      exchange.request(bytes);
    }
  }

  @Override
  public String describe() {
    Exchange exchange = running();
    return exchange == null ? null : exchange.describe();
  }

  @Override
  public boolean isRefused() {
    Exchange exchange = running();
    return exchange != null && exchange.isRefused();
  }

  @Override
  public void cancel() {
    Exchange exchange;
    synchronized (this) {
      cancelled = true;
      exchange = running;
    }
    if (exchange != null) {
      exchange.cancel();
    }
  }

  private synchronized boolean isCancelled() {
    return cancelled;
  }

  /** One of the calls. Its reply is held back as long as it may be a refusal. */
  private final class Try implements ReplyReceiver {
    private ReplyHead refusal;
    private final ByteArrayOutputStream why = new ByteArrayOutputStream();

    // The request is not told as sent: its memory is held until no more is made of it.

    @Override
    public void head(ReplyHead head) {
      if (request != null && ContextLength.mayBeExceeded(head.status())) {
        refusal = head;
      } else {
        pass(head);
      }
    }

    private void pass(ReplyHead head) {
      request = null;
      receiver.head(head);
    }

    @Override
    public void data(ByteBuffer bytes) {
      if (refusal == null) {
        receiver.data(bytes);
        return;
      }
      byte[] more = new byte[bytes.remaining()];
      bytes.get(more);
      why.writeBytes(more);
      if (why.size() >= LONGEST_REFUSAL) {
        passRefusal();
      }
    }

    private void passRefusal() {
      ReplyHead head = refusal;
      refusal = null;
      pass(head);
      if (why.size() > 0) {
        receiver.data(ByteBuffer.wrap(why.toByteArray()));
      }
    }

    @Override
    public void end() {
      if (refusal == null) {
        receiver.end();
      } else if (isCancelled() || !ContextLength.isExceeded(why.toByteArray())) {
        endRefused();
      } else {
        try {
          executor.execute(this::askAgain);
        } catch (RejectedExecutionException e) {
          LOG.log(Level.DEBUG, "the application stops", e);
          endRefused();
        }
      }
    }

    private void endRefused() {
      passRefusal();
      receiver.end();
    }

    private void askAgain() {
      try {
        byte[] shorter = isCancelled() ? null : request.shorter();
        if (shorter == null) {
          endRefused();
          return;
        }
        LOG.log(Level.DEBUG, "too long for the model: asked again with less of the conversation");
        ask(with(shorter, call));
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "a request could not be made again", e);
        endRefused();
      }
    }

    @Override
    public void failed(BackendException cause) {
      if (refusal != null) {
        passRefusal();
      }
      receiver.failed(cause);
    }
  }
}
