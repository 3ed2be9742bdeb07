package dev.helix.operator;

import static dev.helix.operator.Copies.say;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.store.MemorySessionStore;
import dev.helix.transfer.SessionCopy;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Sessions that move while all are copied. */
class StoreCopyTest {
  private final SessionStore source = new MemorySessionStore(Clock.systemUTC());
  private final SessionStore target = new MemorySessionStore(Clock.systemUTC());

  /** As one whose first list lacks a session that is used at that moment, and so moves. */
  private SessionStore whileItMoves(SessionId moved) {
    AtomicInteger lists = new AtomicInteger();
    return (SessionStore)
        Proxy.newProxyInstance(
            SessionStore.class.getClassLoader(),
            new Class<?>[] {SessionStore.class},
            (proxy, called, arguments) -> {
              try {
                if (called.getName().equals("all")) {
                  boolean first = lists.getAndIncrement() == 0;
                  List<SessionState> all =
                      source
                          .all(null)
                          .filter(state -> !first || !state.sessionId().equals(moved))
                          .toList();
                  if (first) {
                    Optional<SessionState> unused =
                        source.update(
                            moved,
                            state ->
                                state.withUpdatedAt(
                                    Clock.systemUTC().instant().plus(Duration.ofSeconds(1))));
                  }
                  return all.stream();
                }
                return called.invoke(source, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private StoreCopy copy(SessionStore from) {
    return new StoreCopy(
        from,
        target,
        new SessionCopy(from, target, Optional.empty()),
        new PrintStream(new ByteArrayOutputStream(), true, UTF_8),
        Exception::getMessage,
        id -> false);
  }

  @Test
  void sessionThatMovedToTheFront_isCopied_alsoBehindOneOfATimeThatIsYetToCome() {
    SessionManager manager = new SessionManager(source, Clock.systemUTC());
    SessionId moved = say(manager, Owner.ANONYMOUS, "moved", "one").sessionId();
    SessionId ahead = say(manager, Owner.ANONYMOUS, "ahead", "one").sessionId();
    Optional<SessionState> unused =
        source.update(
            ahead,
            state -> state.withUpdatedAt(Clock.systemUTC().instant().plus(Duration.ofDays(3650))));
    assertTrue(copy(whileItMoves(moved)).copyAll(List.of(), () -> false));
    assertTrue(target.find(moved).isPresent());
    assertTrue(target.find(ahead).isPresent());
  }

  @Test
  void sessionThatComesOutOfTheArchiveLater_isCopiedThen() {
    SessionManager manager = new SessionManager(source, Clock.systemUTC());
    say(manager, Owner.ANONYMOUS, "early", "one");
    StoreCopy copy = copy(source);
    assertTrue(copy.copyAll(List.of(), () -> false));
    SessionId restored = say(manager, Owner.ANONYMOUS, "late", "one").sessionId();
    copy.copyLater();
    assertTrue(target.find(restored).isPresent());
    assertEquals(2, copy.seen().size());
  }
}
