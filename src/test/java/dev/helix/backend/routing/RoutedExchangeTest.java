package dev.helix.backend.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.helix.backend.BackendException;
import dev.helix.backend.ReplyHead;
import dev.helix.backend.ReplyReceiver;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an exchange holds while its upstream is looked for. */
class RoutedExchangeTest {
  private final List<String> told = new ArrayList<>();

  private final ReplyReceiver receiver =
      new ReplyReceiver() {
        @Override
        public void head(ReplyHead head) {
          told.add("head");
        }

        @Override
        public void data(ByteBuffer bytes) {}

        @Override
        public void end() {
          told.add("end");
        }

        @Override
        public void failed(BackendException cause) {
          told.add(cause.getMessage());
        }
      };

  private RoutedExchange holding(byte[] body) {
    return new RoutedExchange(
        receiver,
        route -> {
          throw new IllegalStateException("begun with " + body.length);
        });
  }

  @Test
  void exchangeThatIsCancelled_holdsItsBodyNoLonger_andDoesNotBegin() {
    byte[] body = new byte[1 << 20];
    WeakReference<byte[]> held = new WeakReference<>(body);
    RoutedExchange exchange = holding(body);
    body = null;
    exchange.cancel();
    long start = System.nanoTime();
    while (held.get() != null && System.nanoTime() - start < Duration.ofSeconds(20).toNanos()) {
      System.gc();
    }
    assertNull(held.get());
    exchange.begin(new Route(null, null));
    assertEquals(List.of(), told);
  }

  @Test
  void exchangeThatCannotBegin_fails_once() {
    RoutedExchange exchange = holding(new byte[1]);
    exchange.begin(new Route(null, null));
    exchange.begin(new Route(null, null));
    assertEquals(List.of("The upstream could not be asked."), told);
  }
}
