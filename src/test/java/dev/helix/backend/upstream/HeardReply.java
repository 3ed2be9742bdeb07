package dev.helix.backend.upstream;

import dev.helix.backend.BackendException;
import dev.helix.backend.ReplyHead;
import dev.helix.backend.ReplyReceiver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Keeps what a receiver is told, as words: a head's status, "end", or the failure's reason. */
abstract class HeardReply implements ReplyReceiver {
  final BlockingQueue<String> events = new LinkedBlockingQueue<>();

  @Override
  public void head(ReplyHead head) {
    events.add("head " + head.status());
  }

  @Override
  public void end() {
    events.add("end");
  }

  @Override
  public void failed(BackendException cause) {
    events.add(cause.reason().name());
  }

  /** The next event, or "nothing" where none comes in time. */
  String next() throws InterruptedException {
    String event = events.poll(10, TimeUnit.SECONDS);
    return event == null ? "nothing" : event;
  }
}
