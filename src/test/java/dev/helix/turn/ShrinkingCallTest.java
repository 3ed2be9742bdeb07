package dev.helix.turn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.backend.BackendException;
import dev.helix.backend.ChatBackend;
import dev.helix.backend.ChatCall;
import dev.helix.backend.ReplyHead;
import dev.helix.backend.ReplyReceiver;
import dev.helix.message.Message;
import dev.helix.turn.TurnCall.ShrinkingRequest;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Calls that are made again, before a backend of an application's own. */
class ShrinkingCallTest {
  private static final String TOO_LONG = "maximum context length";

  private final List<String> heard = new ArrayList<>();
  private final List<String> asked = new ArrayList<>();
  private final Deque<Runnable> tasks = new ArrayDeque<>();

  /** What the backend does with each call, one after the other. */
  private final Deque<Consumer<ReplyReceiver>> replies = new ArrayDeque<>();

  private ReplyReceiver pending;

  private final class Backend implements ChatBackend {
    @Override
    public Exchange chat(ChatCall call, ReplyReceiver receiver) {
      String body = new String(call.body(), UTF_8);
      asked.add(body);
      pending = receiver;
      replies.remove().accept(receiver);
      return new Exchange() {
        @Override
        public void request(int bytes) {
          heard.add(body + " asked for " + bytes);
        }

        @Override
        public String describe() {
          return body;
        }

        @Override
        public void cancel() {
          heard.add(body + " cancelled");
        }
      };
    }

    @Override
    public CompletionStage<byte[]> models() {
      return CompletableFuture.completedFuture(new byte[0]);
    }

    @Override
    public void close() {}
  }

  private final class Heard implements ReplyReceiver {
    @Override
    public void sent() {
      heard.add("sent");
    }

    @Override
    public void head(ReplyHead head) {
      heard.add("head " + head.status());
    }

    @Override
    public void data(ByteBuffer bytes) {
      heard.add("data " + UTF_8.decode(bytes));
    }

    @Override
    public void end() {
      heard.add("end");
    }

    @Override
    public void failed(BackendException cause) {
      heard.add("failed");
    }
  }

  /** Bodies of one letter less each time. */
  private static final class Letters implements ShrinkingRequest {
    private String letters = "abc";

    @Override
    public byte[] body(List<Message> history, Message system) {
      return letters.getBytes(UTF_8);
    }

    @Override
    public byte[] shorter() {
      letters = letters.substring(1);
      return letters.isEmpty() ? null : letters.getBytes(UTF_8);
    }
  }

  private ChatBackend.Exchange begin() {
    return begin(tasks::add);
  }

  private ChatBackend.Exchange begin(Executor executor) {
    Letters letters = new Letters();
    ChatCall call = new ChatCall(letters.body(List.of(), null), false, Map.of(), null, List::of);
    return ShrinkingCall.begin(new Backend(), call, letters, new Heard(), executor);
  }

  private static Consumer<ReplyReceiver> answers(int status, String... parts) {
    return receiver -> {
      receiver.sent();
      receiver.head(new ReplyHead(status, Map.of()));
      for (String part : parts) {
        receiver.data(ByteBuffer.wrap(part.getBytes(UTF_8)));
      }
      receiver.end();
    };
  }

  private void work() {
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
  }

  @Test
  void onlyTheLastReplyIsHeard_ofABackendThatRefusesAtOnce() {
    replies.add(answers(400, "maximum con", "text length"));
    replies.add(answers(500, TOO_LONG));
    replies.add(answers(200, "hi"));
    ChatBackend.Exchange exchange = begin();
    assertEquals(List.of(), heard);
    work();
    assertEquals(List.of("abc", "bc", "c"), asked);
    assertEquals(List.of("head 200", "data hi", "end"), heard);
    assertEquals("c", exchange.describe());
  }

  @Test
  void theLastRefusalIsHeard_whereNothingIsLeft() {
    replies.add(answers(400, TOO_LONG));
    replies.add(answers(400, TOO_LONG));
    replies.add(answers(400, TOO_LONG + " still"));
    begin();
    work();
    assertEquals(List.of("head 400", "data " + TOO_LONG + " still", "end"), heard);
  }

  @Test
  void anErrorWithoutABody_isHeard() {
    replies.add(answers(400));
    begin();
    work();
    assertEquals(List.of("head 400", "end"), heard);
  }

  @Test
  void anAnswerThatPasses_isNotLookedAt() {
    replies.add(answers(200, TOO_LONG));
    begin();
    assertEquals(List.of("head 200", "data " + TOO_LONG, "end"), heard);
    assertEquals(List.of("abc"), asked);
  }

  @Test
  void aRefusalThatBreaksOff_isHeardAsItCame() {
    replies.add(
        receiver -> {
          receiver.head(new ReplyHead(400, Map.of()));
          receiver.data(ByteBuffer.wrap("half".getBytes(UTF_8)));
          receiver.failed(new BackendException(BackendException.Reason.BROKEN, "broken", null));
        });
    begin();
    assertEquals(List.of("head 400", "data half", "failed"), heard);
  }

  @Test
  void whatIsAskedForBetweenTwoTries_isAskedOfTheSecond() {
    replies.add(answers(400, TOO_LONG));
    ChatBackend.Exchange exchange = begin();
    replies.add(receiver -> exchange.request(7));
    work();
    assertEquals(List.of("bc asked for 7"), heard);
    pending.head(new ReplyHead(200, Map.of()));
    assertEquals(List.of("bc asked for 7", "head 200"), heard);
  }

  @Test
  void afterACancel_nothingIsAskedAgain() {
    replies.add(receiver -> {});
    ChatBackend.Exchange cancelled = begin();
    cancelled.cancel();
    answers(400, TOO_LONG).accept(pending);
    work();
    assertEquals(List.of("abc"), asked);
    assertEquals(List.of("abc cancelled", "head 400", "data " + TOO_LONG, "end"), heard);
  }

  @Test
  void aCancelBetweenTwoTries_endsTheSecond() {
    replies.add(answers(400, TOO_LONG));
    ChatBackend.Exchange cancelled = begin();
    cancelled.cancel();
    work();
    assertEquals(List.of("abc"), asked);
    assertEquals("end", heard.get(heard.size() - 1));
  }

  @Test
  void aCancelWhileTheSecondTryBegins_endsIt() {
    replies.add(answers(400, TOO_LONG));
    ChatBackend.Exchange cancelled = begin();
    replies.add(receiver -> cancelled.cancel());
    work();
    assertEquals(List.of("bc cancelled"), heard);
  }

  @Test
  void whereItCannotBeAskedAgain_theRefusalIsHeard() {
    replies.add(answers(400, TOO_LONG));
    replies.add(
        receiver -> {
          throw new IllegalStateException("told to fail");
        });
    begin();
    work();
    assertEquals(List.of("head 400", "data " + TOO_LONG, "end"), heard);
    heard.clear();
    replies.add(answers(400, TOO_LONG));
    begin(
        task -> {
          throw new RejectedExecutionException();
        });
    assertEquals(List.of("head 400", "data " + TOO_LONG, "end"), heard);
  }
}
