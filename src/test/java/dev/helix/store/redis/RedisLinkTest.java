package dev.helix.store.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.servers.RedisServer;
import java.io.IOException;
import java.lang.management.LockInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** A cluster that has not answered yet. */
class RedisLinkTest {
  private static final int CALLERS = 8;

  @Test
  void callersThatWaitForTheMap_failTogether_andTheNextOneTriesAnew() throws Exception {
    try (ServerSocket node = new ServerSocket(0, 99, InetAddress.getLoopbackAddress());
        RedisLink link =
            new RedisLink(
                RedisAddress.parse("redis+cluster://127.0.0.1:" + node.getLocalPort(), null, null),
                System::nanoTime)) {
      CompletableFuture<Socket> held = new CompletableFuture<>();
      AtomicInteger tries = new AtomicInteger();
      Thread answering = new Thread(() -> holdTheFirstAndCloseTheRest(node, held, tries));
      answering.start();
      List<Thread> threads = new ArrayList<>();
      List<FutureTask<Object>> calls = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        FutureTask<Object> call = new FutureTask<>(() -> link.with("any", wire -> "no reply"));
        Thread thread = new Thread(call);
        thread.start();
        calls.add(call);
        threads.add(thread);
        held.get(30, TimeUnit.SECONDS);
      }
      awaitBlocked(threads.subList(1, CALLERS));
      held.get().close();
      for (FutureTask<Object> call : calls) {
        Throwable failure =
            assertThrows(ExecutionException.class, () -> call.get(30, TimeUnit.SECONDS)).getCause();
        assertInstanceOf(JedisException.class, failure);
      }
      assertEquals(1, tries.get());
      assertThrows(JedisException.class, () -> link.with("any", wire -> "no reply"));
      assertEquals(2, tries.get());
      node.close();
      answering.join();
    }
  }

  @Test
  void connectionOnWhichSomethingWasRefused_isAskedWhetherItLives_whenItWasIdle() throws Exception {
    AtomicLong nanos = new AtomicLong();
    try (RedisServer server = RedisServer.start();
        RedisLink link = new RedisLink(RedisAddress.parse(server.url(), null, null), nanos::get)) {
      assertThrows(
          JedisDataException.class,
          () -> link.with("a", wire -> wire.call(Command.GET, "a", "too", "many")));
      server.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      nanos.addAndGet(Duration.ofSeconds(3).toNanos());
      assertNull(link.with("a", wire -> wire.call(Command.GET, "a")));
    }
  }

  private static void holdTheFirstAndCloseTheRest(
      ServerSocket node, CompletableFuture<Socket> held, AtomicInteger tries) {
    try {
      while (true) {
        Socket socket = node.accept();
        tries.incrementAndGet();
        if (!held.complete(socket)) {
          socket.close();
        }
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  /** Returns when all wait for the one that asks for the map. */
  private static void awaitBlocked(List<Thread> threads) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!threads.stream().allMatch(RedisLinkTest::waits)) {
      assertTrue(System.nanoTime() < deadline, "they do not wait");
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  private static boolean waits(Thread thread) {
    ThreadInfo info = ManagementFactory.getThreadMXBean().getThreadInfo(thread.getId());
    LockInfo lock = info == null ? null : info.getLockInfo();
    return lock != null && lock.getClassName().equals(RedisLink.class.getName());
  }
}
