package dev.helix.backend.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.helix.backend.ChatCall;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.ScriptedUpstream;
import dev.helix.scripted.Table;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What an upstream may send that is odd: each reply ends at once, in the way it must, and the next
 * call gets its own.
 */
class OddReplyTest {
  private static final byte[] BODY = "{\"messages\":[]}".getBytes(ISO_8859_1);
  private static final Duration TIME = Duration.ofSeconds(5);

  private final ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1);
  private ScriptedUpstream upstream;
  private UpstreamBackend backend;

  @BeforeEach
  void start() {
    upstream = ScriptedUpstream.start();
    backend =
        new UpstreamBackend(
            // One connection, so that the next call meets what the one before has left.
            new UpstreamSettings(upstream.baseUrl(), null, TIME, TIME, 1), timers);
  }

  @AfterEach
  void stop() {
    backend.close();
    upstream.close();
    timers.shutdownNow();
  }

  private static final class Heard extends HeardReply {
    private final StringBuilder body = new StringBuilder();

    @Override
    public void data(ByteBuffer data) {
      body.append(ISO_8859_1.decode(data));
    }

    @Override
    public void end() {
      events.add("end " + body);
    }
  }

  private Call ask(Heard heard) {
    backend.chat(new ChatCall(BODY, true, Map.of(), null, List::of), heard);
    return upstream.next();
  }

  static Stream<Arguments> replies() {
    String ok = "HTTP/1.1 200 OK|";
    String chunked = ok + "Transfer-Encoding: chunked||";
    return Table.of(
        // Heads.
        "HTTP/1.1 100 Continue||" + ok + "Content-Length: 2||{} → stays → head 200, end {}",
        "HTTP/1.1 103 Early Hints|Link: x||".repeat(50)
            + ok
            + "Content-Length: 2||{} → stays → head 200, end {}",
        "HTTP/1.1 101 Switching Protocols|Upgrade: x|Connection: upgrade||x → stays → BROKEN",
        "HTTP/1.0 200 OK||{} → cut → head 200, end {}",
        "HTTP/1.1 307 Elsewhere|Location: /x|Content-Length: 2||{} → stays → head 307, end {}",
        "HTTP/1.1 200 OK|Set-Cookie: a=b|Content-Length: 2||{} → stays → head 200, end {}",
        "nonsense||{} → stays → BROKEN",
        // Lengths.
        "HTTP/1.1 204 No Content|Content-Length: 5|| → stays → head 204, end ",
        "HTTP/1.1 204 No Content|Content-Length: 5||hello → stays → head 204, end ",
        "HTTP/1.1 304 Not Modified|Content-Length: 5|| → stays → head 304, end ",
        ok
            + "Content-Length: 2||{}HTTP/1.1 200 OK|Content-Length: 5||wrong → stays → head 200, end {}",
        ok + "Content-Length: 3||{} → cut → head 200, BROKEN",
        ok + "Content-Length: 0|| → stays → head 200, end ",
        ok + "Content-Length: -2||{} → stays → BROKEN",
        ok + "Content-Length: two||{} → stays → BROKEN",
        ok + "Content-Length: 99999999999999999999||{} → stays → BROKEN",
        // Chunks.
        chunked + "2|{}|0|| → stays → head 200, end {}",
        chunked + "2;a=b|{}|0|X-Trailer: 1|| → stays → head 200, end {}",
        chunked + "2|{}|0|" + "X-Trailer: 1|".repeat(100) + "| → stays → head 200, end {}",
        chunked + "2|{}|0|" + "X-Trailer: 1|".repeat(2000) + "| → stays → head 200, BROKEN",
        chunked + "two|{}|0|| → stays → head 200, BROKEN",
        chunked + "2|{}x|0|| → stays → head 200, BROKEN",
        chunked + "2;" + "a".repeat(100_000) + "|{}|0|| → stays → head 200, BROKEN",
        chunked + "2|{} → cut → head 200, BROKEN",
        ok + "Transfer-Encoding: chunked|Content-Length: 1||2|{}|0|| → stays → head 200, end {}",
        ok + "Transfer-Encoding: gzip, chunked||2|{}|0|| → stays → BROKEN",
        // Compressed.
        ok + "Content-Encoding: gzip|Content-Length: +0||{gzip} → stays → head 200, end {}",
        ok + "Content-Encoding: gzip|Content-Length: -5||{gzip} → cut → head 200, BROKEN",
        ok + "Content-Encoding: gzip|Content-Length: +5||{gzip} → cut → head 200, end {}",
        ok + "Content-Encoding: gzip|Content-Length: 0|| → stays → head 200, end ",
        "HTTP/1.1 204 None|Content-Encoding: gzip|| → stays → head 204, end ");
  }

  private static String packed() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write("{}".getBytes(ISO_8859_1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toString(ISO_8859_1);
  }

  @ParameterizedTest
  @MethodSource
  void replies(String reply, String then, String events) throws InterruptedException {
    String packed = packed();
    String sent =
        reply
            .replace("|", "\r\n")
            .replace("+0", "" + packed.length())
            .replace("+5", "" + (packed.length() + 5))
            .replace(": -5", ": " + (packed.length() - 5))
            .replace("{gzip}", packed);
    Heard heard = new Heard();
    Call call = ask(heard);
    try {
      call.raw(sent.getBytes(ISO_8859_1));
    } catch (UncheckedIOException closed) {
      // The head was enough.
    }
    if (then.equals("cut")) {
      call.cut();
    }
    for (String event : events.split(", ", -1)) {
      assertEquals(event, heard.next());
    }
    assertNull(heard.events.poll(50, TimeUnit.MILLISECONDS));
    Heard next = new Heard();
    Call second = ask(next);
    assertNull(second.request().header("Cookie"));
    second.respondJson(200, Completions.completion("hi"));
    assertEquals("head 200", next.next());
    assertEquals("end " + Completions.completion("hi"), next.next());
  }
}
