package dev.helix.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.filter.ConversationFilter;
import dev.helix.filter.FilterSettings;
import dev.helix.filter.FilterSettings.Fallback;
import dev.helix.filter.RawHttp;
import dev.helix.filter.TestServer;
import dev.helix.filter.TestSessions;
import dev.helix.session.SessionManager;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyReplayTest {
  private static final String JSON = "application/json";
  private static final int LIMIT = 3000;
  private static final int MEMORY = 5000;

  /** "Hallo" as first message, as the specification gives it. */
  private static final String HALLO = "hallo-eaaa37b72e11";

  @TempDir Path sessions;
  private final BodyBudget budget = new BodyBudget(MEMORY);

  /** The budget's use when a request has left the filter. */
  private final BlockingQueue<Long> usedAfter = new LinkedBlockingQueue<>();

  private final BlockingQueue<byte[]> bodies = new LinkedBlockingQueue<>();
  private final WaysToRead ways = new WaysToRead(bodies);
  private SessionManager manager;
  private TestServer server;

  @BeforeEach
  void start() throws Exception {
    manager = TestSessions.open(sessions);
    FilterSettings settings =
        new FilterSettings(List.of("X-Conversation-ID"), Fallback.FIRST_MESSAGE, LIMIT, MEMORY);
    server =
        new TestServer()
            .filter(this::watchBudget, "/*")
            .filter(new ConversationFilter(manager, settings, budget), "/*")
            .endpoint("/stream", (in, out) -> bodies.add(in.getInputStream().readAllBytes()))
            .endpoint("/byte", ways::byteByByte)
            .endpoint(
                "/reader",
                (in, out) -> {
                  in.setCharacterEncoding("UTF-8");
                  bodies.add(utf8(WaysToRead.text(in.getReader())));
                })
            .endpoint("/listener", ways::byListener)
            .endpoint("/lazy-listener", ways::afterListener)
            .endpoint("/dispatch", ways::afterDispatch)
            .endpoint("/body", this::takeBody)
            .endpoint("/nothing", (in, out) -> out.setStatus(204))
            .start();
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    manager.close();
  }

  private void watchBudget(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    chain.doFilter(request, response);
    usedAfter.add(budget.usedBytes());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/stream", "/byte", "/reader", "/listener", "/lazy-listener", "/dispatch"})
  void bodyCanBeReadAgainCompletely(String way) throws Exception {
    String sent = chat("Hallo") + " ".repeat(1500) + "ü東😀\r\n";

    for (RawHttp.Request request :
        List.of(RawHttp.post(way).json(sent), RawHttp.post(way).chunked(JSON, utf8(sent)))) {
      RawHttp.Response response = server.send(request);

      assertEquals(200, response.status());
      assertEquals(HALLO, response.header("X-Session-ID"));
      assertEquals(sent, new String(nextBody(), StandardCharsets.UTF_8));
      awaitFreeBudget();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/stream", "/byte", "/reader", "/listener"})
  void bodyOverTheLimit_isHandedOnCompletely_withoutSession(String way) throws Exception {
    String sent = chat("Hallo") + " ".repeat(4 * LIMIT) + "ü東😀";

    for (RawHttp.Request request :
        List.of(RawHttp.post(way).json(sent), RawHttp.post(way).chunked(JSON, utf8(sent)))) {
      RawHttp.Response response = server.send(request);

      assertEquals(200, response.status());
      assertNull(response.header("X-Session-ID"));
      assertEquals(sent, new String(nextBody(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void bodyOfExactlyTheLimit_isUnderIt_andOneByteMoreIsNot() throws Exception {
    String exact = chat("Hallo") + " ".repeat(LIMIT - chat("Hallo").length());

    for (RawHttp.Request request :
        List.of(
            RawHttp.post("/body").json(exact), RawHttp.post("/body").chunked(JSON, utf8(exact)))) {
      RawHttp.Response response = server.send(request);
      assertEquals(200, response.status());
      assertEquals(HALLO, response.header("X-Session-ID"));
      assertArrayEquals(utf8(exact), bodies.remove());
      assertEquals(0, usedAfterRequest());
    }
    for (RawHttp.Request request :
        List.of(
            RawHttp.post("/body").json(exact + " "),
            RawHttp.post("/body").chunked(JSON, utf8(exact + " ")))) {
      RawHttp.Response response = server.send(request);
      assertEquals(413, response.status());
      assertTrue(response.body().contains("request_too_large"), response.body());
      assertEquals(0, usedAfterRequest());
    }
  }

  @Test
  void budgetUsedUp_isAnswered503WithRetryAfter_andServedWhenItIsFreeAgain() throws Exception {
    assertTrue(budget.bytes().take(BodyHolder.NOBODY, MEMORY - 1000, 0));
    String sent = chat("Hallo") + " ".repeat(1000);

    for (RawHttp.Request request :
        List.of(
            RawHttp.post("/stream").json(sent),
            RawHttp.post("/stream").chunked(JSON, utf8(sent)))) {
      RawHttp.Response response = server.send(request);
      assertEquals(503, response.status());
      assertEquals("1", response.header("Retry-After"));
      assertEquals("application/json", response.header("Content-Type"));
      assertTrue(response.body().contains("request_memory_exhausted"), response.body());
      assertEquals(MEMORY - 1000L, usedAfterRequest());
    }
    assertTrue(budget.bytes().take(BodyHolder.NOBODY, 1000 - MEMORY, 0));

    assertEquals(200, server.send(RawHttp.post("/stream").json(sent)).status());
    assertEquals(0, usedAfterRequest());
  }

  @Test
  void nobodyTookTheBody_theFilterGivesItBack() throws Exception {
    server.send(RawHttp.post("/nothing").json(chat("Hallo")));

    assertEquals(0, usedAfterRequest());
  }

  @Test
  void bodyTakenBehindTheFilter_isTheSameBytes_andStaysUntilItsTakerClosesIt() throws Exception {
    BlockingQueue<RequestBody> taken = new LinkedBlockingQueue<>();
    try (TestServer keeping =
        new TestServer()
            .filter(this::watchBudget, "/*")
            .filter(
                new ConversationFilter(
                    manager,
                    new FilterSettings(List.of("X-Id"), Fallback.FIRST_MESSAGE, LIMIT, MEMORY),
                    budget),
                "/*")
            .endpoint(
                "/*",
                (in, out) -> {
                  byte[] filters =
                      ((RequestBody) in.getAttribute(RequestBody.class.getName())).bytes();
                  RequestBody body = RequestBody.read(in, LIMIT, budget);
                  taken.add(body);
                  out.setStatus(body.bytes() == filters ? 200 : 500);
                })
            .start()) {
      int length = chat("Hallo").length();

      assertEquals(200, keeping.send(RawHttp.post("/").json(chat("Hallo"))).status());
      assertEquals(length, usedAfterRequest());

      RequestBody body = taken.remove();
      assertEquals(chat("Hallo"), new String(body.bytes(), StandardCharsets.UTF_8));
      body.close();
      body.close();
      assertEquals(0, budget.usedBytes());
      assertEquals(length, body.length());
      assertThrows(IllegalStateException.class, body::bytes);
    }
  }

  @Test
  void asyncRequest_holdsItsBodyUntilItIsComplete() throws Exception {
    BlockingQueue<AsyncContext> started = new LinkedBlockingQueue<>();
    BlockingQueue<Long> usedAtEnd = new LinkedBlockingQueue<>();
    try (TestServer waiting =
            new TestServer()
                .filter(this::watchBudget, "/*")
                .filter(
                    new ConversationFilter(
                        manager,
                        new FilterSettings(List.of("X-Id"), Fallback.FIRST_MESSAGE, LIMIT, MEMORY),
                        budget),
                    "/*")
                .endpoint(
                    "/*",
                    (in, out) -> {
                      AsyncContext async = in.startAsync();
                      async.addListener(new OnComplete(e -> usedAtEnd.add(budget.usedBytes())));
                      started.add(async);
                    })
                .start();
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), waiting.port())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(RawHttp.post("/").json(chat("Hallo")).bytes());

      AsyncContext async = started.poll(20, TimeUnit.SECONDS);
      assertEquals(chat("Hallo").length(), usedAfterRequest());
      bodies.add(async.getRequest().getInputStream().readAllBytes());
      async.complete();

      assertEquals(200, RawHttp.response(socket.getInputStream()).status());
      assertEquals(chat("Hallo"), new String(bodies.remove(), StandardCharsets.UTF_8));
      assertEquals(0, usedAtEnd.poll(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void streamAndReaderExcludeEachOther_asInAContainer() throws Exception {
    try (TestServer both =
        new TestServer()
            .filter(new ConversationFilter(manager, FilterSettings.defaults()), "/*")
            .endpoint(
                "/a",
                (in, out) -> {
                  in.getInputStream();
                  assertThrows(IllegalStateException.class, in::getReader);
                })
            .endpoint(
                "/b",
                (in, out) -> {
                  in.getReader();
                  assertThrows(IllegalStateException.class, in::getInputStream);
                })
            .endpoint(
                "/c",
                (in, out) ->
                    assertThrows(
                        IllegalStateException.class,
                        () ->
                            in.getInputStream()
                                .setReadListener(new WaysToRead.Collect(null, null))))
            .start()) {
      for (String path : List.of("/a", "/b", "/c")) {
        assertEquals(200, both.send(RawHttp.post(path).json(chat("Hallo"))).status(), path);
      }
    }
  }

  @Test
  void readerDecodesAsDeclared_asSetByTheApplication_elseAsTheContainer() throws Exception {
    try (TestServer reading =
        new TestServer()
            .filter(new ConversationFilter(manager, FilterSettings.defaults()), "/*")
            .endpoint("/as-is", (in, out) -> bodies.add(utf8(WaysToRead.text(in.getReader()))))
            .endpoint(
                "/set",
                (in, out) -> {
                  in.setCharacterEncoding("UTF-16BE");
                  bodies.add(utf8(WaysToRead.text(in.getReader())));
                })
            .start()) {
      reading.send(RawHttp.post("/as-is").json(chat("ö")));
      assertEquals(chat("ö"), new String(bodies.remove(), StandardCharsets.UTF_8));

      byte[] latin1 = chat("ö").getBytes(StandardCharsets.ISO_8859_1);
      reading.send(RawHttp.post("/as-is").body(JSON + ";charset=iso-8859-1", latin1));
      assertEquals(chat("ö"), new String(bodies.remove(), StandardCharsets.UTF_8));

      byte[] utf16 = chat("ö").getBytes(StandardCharsets.UTF_16BE);
      reading.send(RawHttp.post("/set").body(JSON, utf16));
      assertEquals(chat("ö"), new String(bodies.remove(), StandardCharsets.UTF_8));
    }
  }

  private void takeBody(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    try (RequestBody body = RequestBody.read(request, LIMIT, budget)) {
      bodies.add(body.bytes());
    } catch (RequestBodyException e) {
      ErrorResponse.write(response, e.error());
    }
  }

  private byte[] nextBody() throws InterruptedException {
    return bodies.poll(20, TimeUnit.SECONDS);
  }

  /** The answer to an asynchronous request is there before its body is given back. */
  private void awaitFreeBudget() {
    for (long end = System.nanoTime() + 20_000_000_000L; budget.usedBytes() > 0; ) {
      assertTrue(System.nanoTime() < end, "the body is not given back");
      Thread.onSpinWait();
    }
  }

  private long usedAfterRequest() throws InterruptedException {
    return usedAfter.poll(20, TimeUnit.SECONDS);
  }

  private static String chat(String content) {
    return "{\"messages\":[{\"role\":\"user\",\"content\":\"" + content + "\"}]}";
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private record OnComplete(Consumer<AsyncEvent> end) implements AsyncListener {
    @Override
    public void onComplete(AsyncEvent event) {
      end.accept(event);
    }

    @Override
    public void onTimeout(AsyncEvent event) {}

    @Override
    public void onError(AsyncEvent event) {}

    @Override
    public void onStartAsync(AsyncEvent event) {}
  }
}
