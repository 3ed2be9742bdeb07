package dev.helix.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.filter.ConversationFilter;
import dev.helix.filter.FilterSettings;
import dev.helix.filter.RawHttp;
import dev.helix.filter.TestServer;
import dev.helix.filter.TestSessions;
import dev.helix.session.SessionManager;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies with a Content-Encoding, behind a filter that looks at them and without one. */
class PackedBodyTest {
  private static final int LIMIT = 100_000;
  private static final String TYPE = "application/json";
  private static final byte[] HALLO =
      utf8("{\"messages\":[{\"role\":\"user\",\"content\":\"Hallo\"}]}");

  @TempDir Path sessions;
  private final BodyBudget budget = new BodyBudget(4L * LIMIT);
  private final BlockingQueue<byte[]> bodies = new LinkedBlockingQueue<>();
  private final BlockingQueue<Long> used = new LinkedBlockingQueue<>();
  private SessionManager manager;
  private TestServer server;

  @BeforeEach
  void start() throws Exception {
    manager = TestSessions.open(sessions);
    FilterSettings defaults = FilterSettings.defaults();
    FilterSettings settings =
        new FilterSettings(defaults.headers(), defaults.fallback(), LIMIT, 4L * LIMIT);
    server =
        new TestServer()
            .filter(new ConversationFilter(manager, settings, budget), "/filtered/*")
            .endpoint("/plain", this::read)
            .endpoint("/filtered/read", this::read)
            .endpoint("/filtered/raw", (in, out) -> bodies.add(in.getInputStream().readAllBytes()))
            .start();
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    manager.close();
    assertEquals(0, budget.usedBytes());
  }

  private void read(HttpServletRequest request, HttpServletResponse response) throws IOException {
    try (RequestBody body = RequestBody.read(request, LIMIT, budget)) {
      assertEquals(body.length(), body.bytes().length);
      bodies.add(body.bytes());
      used.add(budget.usedBytes());
    } catch (RequestBodyException e) {
      ErrorResponse.write(response, e.error());
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream packing = new GZIPOutputStream(out)) {
      packing.write(bytes);
    }
    return out.toByteArray();
  }

  private RawHttp.Response post(String path, String coding, byte[] body) throws IOException {
    return server.send(RawHttp.post(path).header("Content-Encoding", coding).body(TYPE, body));
  }

  @ParameterizedTest
  @CsvSource({
    "/plain,gzip",
    "/plain,GZIP",
    "/plain,x-gzip",
    "/plain,' identity, gzip'",
    "/filtered/read,gzip",
    "/filtered/read,x-gzip"
  })
  void gzip_isUnpacked_andCountedAsWhatItHolds(String path, String coding) throws Exception {
    RawHttp.Response response = post(path, coding, gzip(HALLO));

    assertEquals(200, response.status(), response.body());
    assertArrayEquals(HALLO, bodies.remove());
    assertEquals(HALLO.length, used.remove());
    boolean filtered = path.startsWith("/filtered");
    assertEquals(filtered ? "hallo-eaaa37b72e11" : null, response.header("X-Session-ID"));

    RawHttp.Response chunked =
        server.send(
            RawHttp.post(path).header("Content-Encoding", coding).chunked(TYPE, gzip(HALLO)));
    assertEquals(200, chunked.status(), chunked.body());
    assertArrayEquals(HALLO, bodies.remove());
  }

  @ParameterizedTest
  @ValueSource(strings = {"identity", "Identity", "", "identity, identity"})
  void identity_isNoEncoding(String coding) throws Exception {
    for (String path : new String[] {"/plain", "/filtered/read"}) {
      assertEquals(200, post(path, coding, HALLO).status());
      assertArrayEquals(HALLO, bodies.remove());
    }
  }

  @Test
  void gzipInSeveralMembers_isOne() throws Exception {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(gzip(Arrays.copyOf(HALLO, 10)));
    both.writeBytes(gzip(Arrays.copyOfRange(HALLO, 10, HALLO.length)));
    assertEquals(200, post("/plain", "gzip", both.toByteArray()).status());
    assertArrayEquals(HALLO, bodies.remove());
  }

  @ParameterizedTest
  @ValueSource(strings = {"br", "deflate", "zstd", "gzip, gzip", "gzip, br", "compress"})
  void anotherEncoding_is415(String coding) throws Exception {
    for (String path : new String[] {"/plain", "/filtered/read"}) {
      RawHttp.Response response = post(path, coding, gzip(HALLO));
      assertEquals(415, response.status());
      assertTrue(response.body().contains("unsupported_content_encoding"), response.body());
    }
  }

  @Test
  void whatIsNoWholeGzip_is400() throws Exception {
    byte[] whole = gzip(HALLO);
    byte[] damaged = whole.clone();
    damaged[damaged.length - 6] ^= 1;
    for (byte[] wrong :
        new byte[][] {
          {},
          Arrays.copyOf(whole, 5),
          Arrays.copyOf(whole, whole.length / 2),
          Arrays.copyOf(whole, whole.length - 1),
          damaged,
          HALLO
        }) {
      for (String path : new String[] {"/plain", "/filtered/read"}) {
        RawHttp.Response response = post(path, "gzip", wrong);
        assertEquals(400, response.status(), response.body());
        assertTrue(response.body().contains("invalid_content_encoding"), response.body());
      }
    }
  }

  @Test
  void limit_isOnTheUnpackedBytes() throws Exception {
    for (String path : new String[] {"/plain", "/filtered/read"}) {
      assertEquals(200, post(path, "gzip", gzip(new byte[LIMIT])).status());
      assertEquals(LIMIT, bodies.remove().length);
      for (int size : new int[] {LIMIT + 1, 500 * LIMIT}) {
        RawHttp.Response response = post(path, "gzip", gzip(new byte[size]));
        assertEquals(413, response.status());
        assertTrue(response.body().contains(LIMIT + " bytes"), response.body());
      }
    }
  }

  @Test
  void unpackedBytes_areCounted_andWithoutRoomItIs503() throws Exception {
    assertTrue(budget.bytes().take(BodyHolder.NOBODY, 4L * LIMIT - 70_000, 0));
    try {
      for (String path : new String[] {"/plain", "/filtered/read"}) {
        assertEquals(503, post(path, "gzip", gzip(new byte[80_000])).status());
        assertEquals(4L * LIMIT - 70_000, budget.usedBytes());
      }
    } finally {
      assertTrue(budget.bytes().take(BodyHolder.NOBODY, 70_000 - 4L * LIMIT, 0));
    }
  }

  @Test
  void whoReadsTheRequestItself_getsTheBytesThatCame() throws Exception {
    byte[] packed = gzip(HALLO);
    RawHttp.Response response = post("/filtered/raw", "gzip", packed);
    assertEquals("hallo-eaaa37b72e11", response.header("X-Session-ID"));
    assertArrayEquals(packed, bodies.remove());

    byte[] odd = {1, 2, 3};
    assertEquals(200, post("/filtered/raw", "gzip", odd).status());
    assertArrayEquals(odd, bodies.remove());
    assertEquals(200, post("/filtered/raw", "br", odd).status());
    assertArrayEquals(odd, bodies.remove());
  }
}
