package dev.helix.session;

import static dev.helix.session.SessionFixture.messages;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.message.ElementFields;
import dev.helix.message.Message;
import dev.helix.store.files.FileSessionStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who has memory of all logs waits for nobody who waits for memory. */
class LockOrderTest extends ResponseFixture {
  private static final int KIB = 1024;

  /** All of the log takes more than half of the memory. */
  private static final String LONG = "word ".repeat(50_000);

  private SessionManager manager;
  private SessionId id;

  @BeforeEach
  void fill() {
    response(1, null, "A1", "user: Q1");
    response(2, node(1), "A2", "user: " + LONG);
    sessions.close();
    LogMemory memory = new LogMemory(400 * KIB, Duration.ofSeconds(8));
    manager = new SessionManager(FileSessionStore.open(directory), new SteppingClock(), 1, memory);
    id = manager.getOrCreateSession(null, "c").sessionId();
  }

  /** What needs memory for a log. */
  private enum Reader {
    TRANSCRIPT {
      @Override
      void read(SessionManager manager, SessionLook look) {
        assertEquals(4, look.transcript().messages().size());
      }
    },
    ANSWER {
      @Override
      void read(SessionManager manager, SessionLook look) {
        assertEquals("A1", look.answer(end(1)).orElseThrow().message().text());
      }
    },
    PATH {
      @Override
      void read(SessionManager manager, SessionLook look) {
        assertEquals(2, look.path(node(1)).messages().size());
      }
    },
    CURRENT_PATH {
      @Override
      void read(SessionManager manager, SessionLook look) {
        assertEquals(4, look.currentPath(false).messages().size());
      }
    };

    abstract void read(SessionManager manager, SessionLook look);
  }

  private void fork() {
    try (SessionLook look = manager.look(id)) {
      Reader.ANSWER.read(manager, look);
      Reader.TRANSCRIPT.read(manager, look);
      Reader.PATH.read(manager, look);
    }
  }

  private void add() {
    SessionState session = manager.getOrCreateSession(null, "c");
    SessionState unused =
        manager.add(
            session, null, path -> List.of(Message.of("user", "more").as(element("added"))));
  }

  private static ElementFields element(String id) {
    return ElementFields.answer(id, null, null, null, null, null);
  }

  private void turn() {
    SessionState session = manager.getOrCreateSession(null, "c");
    OpenTurn unused = manager.beginTurn(session, messages("user: Q1"), HistoryMode.CLIENT);
  }

  /** Has somebody else wait for what a look has, and looks on. */
  private void whileWaits(Runnable other, Reader on) throws Exception {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread waits =
        new Thread(
            () -> {
              try {
                other.run();
                done.complete(null);
              } catch (Throwable e) {
                done.completeExceptionally(e);
              }
            });
    try (SessionLook look = manager.look(id)) {
      Reader.TRANSCRIPT.read(manager, look);
      waits.start();
      while (waits.getState() != Thread.State.WAITING
          && waits.getState() != Thread.State.TIMED_WAITING) {
        Thread.onSpinWait();
      }
      on.read(manager, look);
    }
    done.get(20, TimeUnit.SECONDS); // Who waits in vain is refused after its patience.
  }

  @ParameterizedTest
  @EnumSource(Reader.class)
  @Timeout(60)
  void lookGoesOn_whileAnotherLookWaits(Reader on) throws Exception {
    whileWaits(this::fork, on);
    manager.close();
  }

  @ParameterizedTest
  @EnumSource(Reader.class)
  @Timeout(60)
  void lookGoesOn_whileATranscriptIsWaitedFor(Reader on) throws Exception {
    whileWaits(() -> assertEquals(4, manager.transcript(id).messages().size()), on);
    manager.close();
  }

  @ParameterizedTest
  @EnumSource(Reader.class)
  @Timeout(60)
  void lookGoesOn_whileAnAdditionWaits(Reader on) throws Exception {
    whileWaits(this::add, on);
    manager.close();
  }

  @ParameterizedTest
  @EnumSource(Reader.class)
  @Timeout(60)
  void lookGoesOn_whileATurnWaits(Reader on) throws Exception {
    whileWaits(this::turn, on);
    manager.close();
  }

  @Test
  @Timeout(60)
  void manyForksAtOnce_areAllServed() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try {
      List<CompletableFuture<Void>> forks = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        forks.add(CompletableFuture.runAsync(i % 4 == 3 ? this::turn : this::fork, threads));
      }
      for (CompletableFuture<Void> fork : forks) {
        fork.get(20, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
    manager.close();
  }
}
