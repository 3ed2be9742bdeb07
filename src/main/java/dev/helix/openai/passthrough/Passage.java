package dev.helix.openai.passthrough;

import dev.helix.backend.BackendException;
import dev.helix.backend.PassedCall;
import dev.helix.backend.ReplyHead;
import dev.helix.backend.ReplyReceiver;
import dev.helix.http.ApiError;
import dev.helix.http.InvalidRequestException;
import dev.helix.http.RequestBody;
import dev.helix.turn.BackendFailures;
import dev.helix.turn.BackendFlow;
import dev.helix.turn.ErrorMapping;
import dev.helix.turn.PassedHeaders;
import dev.helix.turn.TurnSettings;
import dev.helix.turn.reply.ReplyError;
import dev.helix.turn.stream.CallerStream;
import dev.helix.turn.stream.Mailbox;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * One request that is passed on and its reply, which passes back as it comes: no faster than the
 * caller reads, and until the caller leaves. An error of the upstream's is gathered and told in
 * OpenAI's form. Every event is a task in one mailbox, so that its fields need no lock.
 */
final class Passage implements CallerStream.Listener {
  private static final System.Logger LOG = System.getLogger(Passage.class.getName());

  private static final int MAX_ERROR_BYTES = 256 * 1024;
  private static final long LONGEST_LOOK_AWAY = 1_000_000_000L;
  private static final String EVENT_STREAM = "text/event-stream";

  /** Headers of the content, which passes as it came. */
  private static final List<String> CONTENT =
      List.of("content-type", "content-length", "content-encoding", "content-disposition");

  private final Passing passing;
  private final TurnSettings settings;
  private final RequestBody memory;
  private final Mailbox mailbox;
  private final BackendFlow flow = new BackendFlow();
  private final ByteArrayOutputStream error = new ByteArrayOutputStream();
  private final CallerStream caller;
  private final Runnable stop = this::stop;
  private final boolean cutsOff;
  private ReplyHead head;
  private boolean begun;
  private boolean ending;
  private boolean over;
  private boolean watched;
  private ScheduledFuture<?> alarm;
  private final long started = System.nanoTime();
  private long heard = started;
  private long taken = started;

  private Passage(
      Passing passing,
      RequestBody memory,
      HttpServletRequest request,
      AsyncContext async,
      HttpServletResponse response)
      throws IOException {
    this.passing = passing;
    this.settings = passing.settings();
    this.memory = memory;
    this.cutsOff = CallerStream.cutsOff(request);
    this.mailbox =
        new Mailbox(
            passing.forwarding(),
            passing.forwarding(),
            CallerStream.holdsUpWriters(request.getServletContext()),
            this::mistake);
    this.caller = new CallerStream(async, response, mailbox, this);
  }

  /**
   * Begins; the request, the response and the body are the passage's from then on.
   *
   * @param body null for none
   * @throws InvalidRequestException if the application stops
   */
  static void begin(
      Passing passing,
      PassedCall call,
      RequestBody body,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException, InvalidRequestException {
    passing.turns().admitPassing();
    boolean opened = false;
    Runnable stop = null;
    try {
      AsyncContext async = request.startAsync();
      async.setTimeout(0);
      Passage passage = new Passage(passing, body, request, async, response);
      stop = passage.stop;
      passing.turns().stopPassingBy(stop);
      passage.caller.open();
      opened = true;
      passage.mailbox.execute(() -> passage.ask(call));
    } finally {
      if (!opened) {
        passing.turns().passed(stop);
      }
    }
  }

  private void stop() {
    mailbox.execute(
        () -> {
          if (ending) {
            left("the server stops");
          } else {
            fail(ErrorMapping.stopping());
          }
        });
  }

  private void ask(PassedCall call) {
    if (!over) {
      if (!ending) {
        flow.runs(passing.backend().pass(call, receiver()));
      }
      look();
    }
  }

  private ReplyReceiver receiver() {
    return new ReplyReceiver() {
      @Override
      public void sent() {
        giveBack();
      }

      @Override
      public void head(ReplyHead replyHead) {
        mailbox.execute(() -> began(replyHead));
      }

      @Override
      public void data(ByteBuffer bytes) {
        mailbox.execute(() -> came(bytes));
      }

      @Override
      public void end() {
        mailbox.execute(Passage.this::ended);
      }

      @Override
      public void failed(BackendException cause) {
        mailbox.execute(() -> broke(cause));
      }
    };
  }

  private void began(ReplyHead replyHead) {
    heard = System.nanoTime();
    giveBack();
    head = replyHead;
    if (ending || over || !isSuccess()) {
      return;
    }
    Map<String, String> headers = PassedHeaders.of(head);
    for (String name : CONTENT) {
      head.header(name).ifPresent(value -> headers.put(name, value));
    }
    if (head.status() == HttpServletResponse.SC_NO_CONTENT) {
      headers.remove("content-length"); // There is no content, whatever it says; servers mind.
    }
    if (!cutsOff && headers.containsKey("content-length")) {
      // Else the caller would wait for the rest of a reply that breaks off.
      headers.put("Connection", "close");
    }
    if (isEvents()) {
      headers.put("Cache-Control", "no-cache");
      // Tells nginx not to gather the events.
      headers.put("X-Accel-Buffering", "no");
    }
    begun = true;
    caller.begin(head.status(), headers);
    caller.flush();
  }

  private boolean isSuccess() {
    return head.status() >= 200 && head.status() < 300;
  }

  private boolean isEvents() {
    return head.isOfType(EVENT_STREAM);
  }

  private void came(ByteBuffer bytes) {
    heard = System.nanoTime();
    flow.came(bytes.remaining());
    if (ending || over) {
      return;
    }
    if (isSuccess()) {
      give(bytes);
      caller.flush();
      if (caller.queued() > settings.streamBufferBytes()) {
        left("the caller reads too slowly");
      }
    } else {
      error.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
      if (error.size() > MAX_ERROR_BYTES) {
        refused();
      }
    }
    askForMore();
  }

  private void give(ByteBuffer bytes) {
    if (!caller.waits()) {
      taken = System.nanoTime();
    }
    caller.write(bytes);
  }

  private void askForMore() {
    if (caller.queued() < ReplyReceiver.FIRST_WINDOW && flow.askForMore()) {
      heard = System.nanoTime();
    }
  }

  private void ended() {
    flow.ended();
    if (ending || over) {
      return;
    }
    if (isSuccess()) {
      end();
    } else {
      refused();
    }
  }

  /** The upstream's own error, or what stands for it. */
  private void refused() {
    flow.cancel();
    int status = head.status();
    if (status >= 400 && status < 600) {
      BackendFailures failures = passing.turns().failures();
      ReplyError told = failures.masked(ReplyError.of(status, error.toByteArray()));
      failures.log(flow, "status " + status + ": " + told.message(), null);
      tell(status, told.toJson());
    } else {
      failed(
          ErrorMapping.invalidResponse(
              "The upstream answered with status " + status + ", which is no answer."),
          null);
    }
  }

  private void broke(BackendException cause) {
    flow.ended();
    failed(ErrorMapping.of(cause), cause.getCause());
  }

  private void failed(ApiError why, Throwable cause) {
    if (!ending && !over) {
      String what = why.status() + " " + why.code() + ": " + why.message();
      passing.turns().failures().log(flow, what, cause);
    }
    fail(why);
  }

  /** Tells the caller of an error, as far as there is room for one in what was begun. */
  private void fail(ApiError why) {
    flow.cancel();
    giveBack();
    if (ending || over) {
      return;
    }
    if (!begun) {
      tell(why.status(), why.toJson());
    } else if (isEvents() && head.header("content-encoding").isEmpty()) {
      String json = new String(why.toJson(), StandardCharsets.UTF_8);
      String event = "\n\nevent: error\ndata: " + json + "\n\n";
      give(ByteBuffer.wrap(event.getBytes(StandardCharsets.UTF_8)));
      breakOff();
    } else {
      breakOff();
    }
  }

  private void tell(int status, byte[] json) {
    Map<String, String> headers = head == null ? new LinkedHashMap<>() : PassedHeaders.of(head);
    headers.put("Content-Type", "application/json");
    headers.put("Content-Length", String.valueOf(json.length));
    caller.begin(status, headers);
    give(ByteBuffer.wrap(json));
    end();
  }

  private void breakOff() {
    ending = true;
    caller.breakOff(passing.timers());
  }

  private void end() {
    ending = true;
    caller.end();
  }

  private void left(String why) {
    LOG.log(Level.DEBUG, why);
    caller.abandon();
    close();
  }

  private void mistake(Throwable failure) {
    LOG.log(Level.ERROR, "a request could not be passed on, by a mistake of the server", failure);
    if (!begun && !ending && !over) {
      fail(ApiError.of(failure));
    } else {
      left("it was broken off");
    }
  }

  @Override
  public void progressed() {
    taken = System.nanoTime();
    askForMore();
  }

  @Override
  public void callerServed() {
    close();
  }

  @Override
  public void callerGone(Throwable cause) {
    left("the caller left");
  }

  private void close() {
    if (over) {
      return;
    }
    over = true;
    flow.cancel();
    giveBack();
    if (alarm != null) {
      alarm.cancel(false);
    }
    passing.turns().passed(stop);
  }

  private void giveBack() {
    if (memory != null) {
      memory.close();
    }
  }

  /** Acts on what is due, and looks again when something may be. */
  private void look() {
    if (over) {
      return;
    }
    long now = System.nanoTime();
    boolean held = caller.queued() > 0;
    if (!watched && now - started >= settings.commentInterval().toNanos()) {
      watched = true;
      caller.watch();
    }
    if (caller.waits() && now - taken >= settings.stalledReaderTimeout().toNanos()) {
      left("the caller takes nothing");
    } else if (head == null && now - started >= silence()) {
      failed(ErrorMapping.late(), null);
    } else if (!ending && !held && now - heard >= silence()) {
      failed(ErrorMapping.silent(), null);
    }
    if (!over) {
      long patience = Math.min(silence(), settings.stalledReaderTimeout().toNanos());
      long away = Math.min(LONGEST_LOOK_AWAY, patience / 4);
      Runnable again = () -> mailbox.execute(this::look);
      alarm = passing.timers().schedule(again, away, TimeUnit.NANOSECONDS);
    }
  }

  private long silence() {
    return (head == null ? settings.firstByteTimeout() : settings.idleTimeout()).toNanos();
  }
}
