package dev.helix.backend.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.helix.backend.BackendException;
import dev.helix.backend.ChatBackend.Exchange;
import dev.helix.backend.ChatCall;
import dev.helix.backend.ReplyReceiver;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Reply;
import dev.helix.scripted.ScriptedUpstream;
import java.net.InetAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import org.apache.hc.client5.http.DnsResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A name server that does not answer holds up what needs it, for a while, and nothing else. */
class BlockedLookupTest {
  private static final Duration CONNECT = Duration.ofMillis(300);

  private final ScriptedUpstream upstream = ScriptedUpstream.start();
  private final ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1);
  private final Names names = new Names();
  private UpstreamBackend backend;

  /** Gives the loopback address for every name, as often as it is let. */
  private static final class Names implements DnsResolver {
    private final Semaphore answers = new Semaphore(0);
    private final Set<String> threads = ConcurrentHashMap.newKeySet();

    @Override
    public InetAddress[] resolve(String host) {
      threads.add(Thread.currentThread().getName());
      answers.acquireUninterruptibly();
      return new InetAddress[] {InetAddress.getLoopbackAddress()};
    }

    @Override
    public String resolveCanonicalHostname(String host) {
      return host;
    }
  }

  private static final class Heard extends HeardReply {
    @Override
    public void data(ByteBuffer data) {
      events.add(StandardCharsets.UTF_8.decode(data).toString());
    }
  }

  private void start(int connections, Duration connectTimeout) {
    URI named = URI.create("http://upstream.test:" + upstream.baseUrl().getPort() + "/v1");
    backend =
        new UpstreamBackend(
            new UpstreamSettings(named, null, connectTimeout, Duration.ofSeconds(5), connections),
            timers,
            names);
  }

  @AfterEach
  void stop() {
    names.answers.release(1000);
    if (backend != null) {
      backend.close();
    }
    upstream.close();
    timers.shutdownNow();
  }

  private Exchange chat(ReplyReceiver receiver) {
    byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
    // Begun on a thread that must not be held up, as an I/O thread's.
    return assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () -> backend.chat(new ChatCall(body, true, Map.of(), null, List::of), receiver));
  }

  @Test
  void nameThatIsNotFoundInTime_failsTheCallByTheConnectTimeout_andTheNextOneIsServed()
      throws InterruptedException {
    start(10, CONNECT);
    Heard first = new Heard();
    Heard second = new Heard();
    chat(first);
    chat(second);
    assertEquals("TIMEOUT", first.next());
    assertEquals("TIMEOUT", second.next());
    names.answers.release(100);
    Heard third = new Heard();
    chat(third);
    upstream.next().respondJson(200, "{}");
    assertEquals("head 200", third.next());
    assertNull(upstream.poll(Duration.ofMillis(200)), "calls that had failed are not made");
    assertEquals(Set.of("helix-connect"), names.threads);
  }

  @Test
  void whileANameIsLookedUp_openConnectionsAreServed() throws InterruptedException {
    start(2, Duration.ofSeconds(30)); // so that a third call waits for the open one
    names.answers.release();
    Heard open = new Heard();
    chat(open);
    Call running = upstream.next();
    running.beginSse();
    assertEquals("head 200", open.next());
    chat(new Heard()); // which needs a second connection
    running.sse(Completions.delta("on it goes"));
    assertEquals("data: " + Completions.delta("on it goes") + "\n\n", open.next());
    running.end();
    assertEquals("end", open.next());
    Heard pooled = new Heard();
    chat(pooled);
    upstream.next().respondJson(200, "{}");
    assertEquals("head 200", pooled.next());
  }

  @Test
  void callThatWaitedForAConnection_hasItsNameLookedUpOnNoIoThread() throws InterruptedException {
    start(1, CONNECT);
    names.answers.release();
    Heard first = new Heard();
    chat(first);
    Call running = upstream.next();
    Heard waiting = new Heard();
    chat(waiting);
    running.respond(
        200, "text/plain", "bye".getBytes(StandardCharsets.UTF_8), "Connection", "close");
    assertEquals("TIMEOUT", waiting.next());
    assertEquals(Set.of("helix-connect"), names.threads);
  }

  @Test
  void listOfModels_isNotHeldUpByTheLookupLongerThanItsTimeout() {
    start(10, CONNECT);
    upstream.answerAlways(request -> Reply.json(200, Completions.models("a")));
    Throwable failure =
        assertTimeoutPreemptively(
            Duration.ofSeconds(5),
            () -> backend.models().handle((body, e) -> e).toCompletableFuture().join());
    assertEquals(BackendException.Reason.TIMEOUT, ((BackendException) failure.getCause()).reason());
  }

  @Test
  void closing_doesNotWaitForTheLookup() {
    start(10, Duration.ofSeconds(30));
    chat(new Heard());
    assertTimeoutPreemptively(Duration.ofSeconds(5), () -> backend.close());
  }
}
