package dev.helix.operator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.Owner;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionStore;
import dev.helix.store.MemorySessionStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code export} writes while others use the store, and where nothing can be written. */
class ExportCommandTest {
  /** More than a list gives at once. */
  private static final int SESSIONS = 1001;

  @TempDir Path folder;

  @Test
  void sessionsThatAreUsedMeanwhile_areWrittenToo_andNoneTwice() throws IOException {
    SessionStore store = new MemorySessionStore(Clock.systemUTC());
    try (SessionManager manager = new SessionManager(store, Clock.systemUTC())) {
      for (int i = 0; i < SESSIONS; i++) {
        Copies.say(manager, Copies.ANN, "c" + i, "Q");
      }
      Copies.say(manager, Owner.ANONYMOUS, "nobodys", "Q");
      ByteArrayOutputStream written = new ByteArrayOutputStream();
      OutputStream whoUses =
          new OutputStream() {
            private boolean used;

            @Override
            public void write(int c) {
              if (!used) {
                used = true;
                Copies.say(manager, Copies.ANN, "c0", "again");
                Copies.say(manager, Copies.ANN, "new", "Q");
              }
              written.write(c);
            }
          };
      command().write(store, Copies.ANN, whoUses);
      List<String> lines = written.toString(UTF_8).lines().toList();
      assertEquals(1, lines.stream().filter(each -> each.contains("\"c0\"")).count());
      assertEquals(1, lines.stream().filter(each -> each.contains("\"new\"")).count());
      assertEquals(SESSIONS + 1, lines.size());
    }
  }

  /** The second begins while the first writes, and the first ends while the second writes. */
  @Test
  void ofTwoAtOnceInOneFile_oneWritesIt_andTheOtherSaysSo() throws Exception {
    SessionStore store = new MemorySessionStore(Clock.systemUTC());
    ExecutorService two = Executors.newFixedThreadPool(2);
    try (SessionManager manager = new SessionManager(store, Clock.systemUTC())) {
      Copies.say(manager, Owner.ANONYMOUS, "a", "Q");
      Path file = folder.resolve("out.jsonl");
      CountDownLatch first = new CountDownLatch(1);
      CountDownLatch second = new CountDownLatch(1);
      CountDownLatch written = new CountDownLatch(1);
      Future<?> one =
          two.submit(
              () -> {
                command().write(atExport(store, first, second), null, file);
                written.countDown();
                return null;
              });
      first.await();
      Future<?> other =
          two.submit(
              () -> {
                command().write(atExport(store, second, written), null, file);
                return null;
              });
      one.get(1, TimeUnit.MINUTES);
      ExecutionException refused =
          assertThrows(ExecutionException.class, () -> other.get(1, TimeUnit.MINUTES));
      assertEquals(
          "there is a file " + file + " already", refused.getCause().getMessage(), "nothing else");
      assertEquals(1, Files.readAllLines(file).size());
      try (Stream<Path> left = Files.list(folder)) {
        assertEquals(List.of(file), left.toList());
      }
    } finally {
      two.shutdownNow();
    }
  }

  private static ExportCommand command() {
    CommandLine line = CommandLine.parse(List.of(), Set.of(), Set.of());
    return new ExportCommand(null, line, System.out, System.err);
  }

  /** A store that says when a session is read of it, and waits then. */
  private static SessionStore atExport(
      SessionStore store, CountDownLatch reached, CountDownLatch goesOn) {
    return (SessionStore)
        Proxy.newProxyInstance(
            SessionStore.class.getClassLoader(),
            new Class<?>[] {SessionStore.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("export")) {
                reached.countDown();
                goesOn.await();
              }
              return method.invoke(store, arguments);
            });
  }

  @Test
  void whereNothingCanBeWritten_thatIsSaid() throws IOException {
    try (SessionManager manager = new SessionManager(Copies.store(folder), Clock.systemUTC())) {
      Copies.say(manager, Owner.ANONYMOUS, "c", "Q");
    }
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int c) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        new Operator(
                List.of("export", "--sessions", folder.toString()),
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(full, true, UTF_8),
                new PrintStream(err, true, UTF_8))
            .call();
    assertEquals(1, status);
    assertTrue(err.toString(UTF_8).contains("the export cannot be written"), err.toString(UTF_8));
  }
}
