package dev.helix.backend.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.backend.BackendException;
import dev.helix.backend.ChatCall;
import dev.helix.backend.ReplyHead;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.ScriptedUpstream;
import dev.helix.scripted.TlsKeys;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Upstreams with odd heads and names, and behind proxies. */
class WayToUpstreamTest {
  private static final byte[] BODY = "{\"messages\":[]}".getBytes(StandardCharsets.UTF_8);
  private static final Duration TIME = Duration.ofSeconds(5);

  /** Resolves every name to this machine, as a network of containers would. */
  private static final DnsResolver HERE =
      new DnsResolver() {
        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
          return new InetAddress[] {InetAddress.getLoopbackAddress()};
        }

        @Override
        public String resolveCanonicalHostname(String host) {
          return host;
        }
      };

  @TempDir Path folder;

  private final ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1);
  private ScriptedUpstream upstream;
  private UpstreamBackend backend;

  @BeforeEach
  void start() {
    upstream = ScriptedUpstream.start();
  }

  @AfterEach
  void stop() {
    backend.close();
    upstream.close();
    timers.shutdownNow();
  }

  private void open(String url, ProxySettings proxy, DnsResolver names) {
    open(url, proxy, names, 10);
  }

  private void open(String url, ProxySettings proxy, DnsResolver names, int connections) {
    backend =
        new UpstreamBackend(
            new UpstreamSettings(URI.create(url), null, TIME, TIME, connections, proxy),
            timers,
            names);
  }

  private void open() {
    open(upstream.baseUrl().toString(), null, SystemDefaultDnsResolver.INSTANCE);
  }

  private static final class Heard extends HeardReply {
    private final CompletableFuture<ReplyHead> head = new CompletableFuture<>();

    @Override
    public void head(ReplyHead replyHead) {
      head.complete(replyHead);
      events.add("head " + replyHead.status());
    }

    @Override
    public void data(ByteBuffer data) {}

    @Override
    public void failed(BackendException cause) {
      events.add(cause.reason() + ": " + cause.getMessage());
    }
  }

  private void chat(Heard heard) {
    backend.chat(new ChatCall(BODY, true, Map.of(), null, List::of), heard);
  }

  private void assertServed() throws InterruptedException {
    Heard heard = new Heard();
    chat(heard);
    upstream.next().respondJson(200, Completions.completion("hi"));
    assertEquals("head 200", heard.next());
    assertEquals("end", heard.next());
  }

  @Test
  void manyHeaders_andLongOnes_areRead() throws Exception {
    open();
    Heard heard = new Heard();
    chat(heard);
    String[] headers = new String[2 * 600];
    for (int i = 0; i < 600; i++) {
      headers[2 * i] = "X-Number-" + i;
      headers[2 * i + 1] = i == 300 ? "x".repeat(60_000) : "" + i;
    }
    upstream.next().respondJson(200, Completions.completion("hi"), headers);
    assertEquals("head 200", heard.next());
    assertEquals("599", heard.head.get().header("x-number-599").orElseThrow());
    assertEquals(60_000, heard.head.get().header("x-number-300").orElseThrow().length());
    assertEquals("end", heard.next());
  }

  @Test
  void headThatIsTooLong_isAnError_andTheNextCallIsServed() throws Exception {
    open();
    Heard heard = new Heard();
    chat(heard);
    Call call = upstream.next();
    try {
      call.respondJson(200, "{}", "X-Long", "x".repeat(100_000));
    } catch (UncheckedIOException closed) {
      // It was too long before all of it was sent.
    }
    assertTrue(heard.next().startsWith("BROKEN"));
    assertServed();
  }

  @Test
  void hostWithAnUnderscore_isAHost() throws Exception {
    int port = upstream.baseUrl().getPort();
    open("http://my_host:" + port + "/v1", null, HERE);
    Heard heard = new Heard();
    chat(heard);
    Call call = upstream.next();
    assertEquals("my_host:" + port, call.request().header("Host"));
    call.respondJson(200, Completions.completion("hi"));
    assertEquals("head 200", heard.next());
  }

  @Test
  void queryOfTheBase_goesWithEachCall() throws Exception {
    open(upstream.baseUrl() + "?api-version=1", null, SystemDefaultDnsResolver.INSTANCE);
    chat(new Heard());
    assertEquals("/v1/chat/completions?api-version=1", upstream.next().request().path());
    backend.models();
    assertEquals("/v1/models?api-version=1", upstream.next().request().path());
  }

  private ProxySettings proxy(String credentials) {
    return new ProxySettings("127.0.0.1", upstream.baseUrl().getPort(), credentials);
  }

  @Test
  void proxyBeforeAPlainUpstream_isAskedForTheWholeAddress() throws Exception {
    open("http://upstream.invalid/v1", proxy("u:p"), SystemDefaultDnsResolver.INSTANCE);
    Heard heard = new Heard();
    chat(heard);
    Call call = upstream.next();
    assertEquals("http://upstream.invalid/v1/chat/completions", call.request().path());
    assertEquals("Basic dTpw", call.request().header("Proxy-Authorization"));
    call.respondJson(200, Completions.completion("hi"));
    assertEquals("head 200", heard.next());
    assertEquals("end", heard.next());
  }

  @Test
  void proxyThatRefusesATunnel_isAFailure_thatSaysSo() throws Exception {
    open("https://upstream.invalid/v1", proxy(null), SystemDefaultDnsResolver.INSTANCE);
    for (int status : new int[] {403, 407, 502}) {
      Heard heard = new Heard();
      chat(heard);
      Call call = upstream.next();
      assertEquals("CONNECT", call.request().method());
      assertEquals("upstream.invalid:443", call.request().path());
      assertNull(call.request().header("Authorization"));
      // In one write, as the connection is given up at the head.
      call.raw("HTTP/1.1 " + status + " No\r\nContent-Length: 2\r\n\r\nno");
      String failure = heard.next();
      assertTrue(failure.startsWith("UNREACHABLE: The proxy"), failure);
      assertTrue(failure.contains("" + status), failure);
      assertNull(heard.events.poll(100, TimeUnit.MILLISECONDS));
    }
  }

  @Test
  void proxyThatWantsCredentials_getsThem() throws Exception {
    open("https://upstream.invalid/v1", proxy("u:p"), SystemDefaultDnsResolver.INSTANCE);
    chat(new Heard());
    Call call = upstream.next();
    assertNull(call.request().header("Proxy-Authorization"));
    call.respond(407, "text/plain", new byte[0], "Proxy-Authenticate", "Basic realm=\"x\"");
    assertEquals("Basic dTpw", upstream.next().request().header("Proxy-Authorization"));
  }

  @Test
  void proxyThatOpensATunnel_carriesTls() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ProxySettings proxy = new ProxySettings("127.0.0.1", listener.getLocalPort(), null);
      open("https://upstream.invalid:8443/v1", proxy, SystemDefaultDnsResolver.INSTANCE);
      chat(new Heard());
      try (Socket socket = listener.accept()) {
        BufferedReader head =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        assertEquals("CONNECT upstream.invalid:8443 HTTP/1.1", head.readLine());
        while (!head.readLine().isEmpty()) {}
        socket.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.UTF_8));
        assertEquals(0x16, head.read(), "no TLS handshake");
      }
    }
  }

  @Test
  void proxyThatRefusesTheSecondAttempt_isNotTakenForTheUpstream() throws Exception {
    TlsKeys keys = TlsKeys.make(folder);
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ProxySettings proxy = new ProxySettings("127.0.0.1", listener.getLocalPort(), null);
      // One connection, so that the second call waits for the first one's.
      keys.whileTrusted(
          () -> open("https://localhost:8443/v1", proxy, SystemDefaultDnsResolver.INSTANCE, 1));
      Heard first = new Heard();
      chat(first);
      Heard second = new Heard();
      listener.setSoTimeout(10_000);
      try (Socket socket = listener.accept()) {
        socket.setSoTimeout(10_000);
        passHead(socket.getInputStream());
        write(socket, "HTTP/1.1 200 OK\r\n\r\n");
        SSLSocket tunnel =
            (SSLSocket)
                keys.context().getSocketFactory().createSocket(socket, "localhost", 8443, true);
        tunnel.setUseClientMode(false);
        passHead(tunnel.getInputStream());
        assertEquals(BODY.length, tunnel.getInputStream().readNBytes(BODY.length).length);
        write(tunnel, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
        assertEquals("head 200", first.next());
        assertEquals("end", first.next());
        chat(second);
        passHead(tunnel.getInputStream());
        // The connection had been used before, so that the request is sent again on another.
      }
      try (Socket socket = listener.accept()) {
        passHead(socket.getInputStream());
        write(socket, "HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno");
        String failure = second.next();
        assertTrue(failure.startsWith("UNREACHABLE: The proxy"), failure);
      }
    }
  }

  @Test
  void proxyBeforeAPlainUpstream_thatWantsCredentials_isNotTakenForTheUpstream() throws Exception {
    open("http://upstream.invalid/v1", proxy(null), SystemDefaultDnsResolver.INSTANCE);
    Heard heard = new Heard();
    chat(heard);
    // In one write, as the connection is given up at the head.
    upstream.next().raw("HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno");
    String failure = heard.next();
    assertTrue(failure.startsWith("UNREACHABLE: The proxy"), failure);
    assertNull(heard.events.poll(100, TimeUnit.MILLISECONDS));
  }

  private static void passHead(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      assertTrue(next >= 0, "it ended in its head");
      head.append((char) next);
    }
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().flush();
  }
}
