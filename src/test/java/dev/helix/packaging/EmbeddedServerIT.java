package dev.helix.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server inside the WAR: its own errors, what it hides, and how it stops. */
class EmbeddedServerIT {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  @TempDir static Path folder;
  private static Path war;
  private static WarProcess server;

  @BeforeAll
  static void start() throws IOException {
    war = ProbeWar.guided(folder);
    server = start(List.of());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static WarProcess start(List<String> jvmOptions) {
    List<String> all = new ArrayList<>(jvmOptions);
    all.add("-Djava.io.tmpdir=" + folder);
    return WarProcess.start(war, Map.of(), all, "--context", "/chat");
  }

  @ParameterizedTest
  @CsvSource({
    "400, bad_request, GARBAGE",
    "400, bad_request, GET / HTTP/1.1",
    "400, bad_request, GET / HTTP/1.1|Bad header: x",
    "400, bad_request, GET /chat/%2e%2e/x HTTP/1.1|Host: localhost",
    "400, bad_request, POST / HTTP/1.1|Host: localhost|Content-Length: many",
    "404, not_found, GET /elsewhere HTTP/1.1|Host: localhost",
    "404, not_found, GET /elsewhere?a=%22%0d%0a HTTP/1.1|Host: localhost",
    "505, http_version_not_supported, GET / HTTP/7.0|Host: localhost",
  })
  void whatTheServerItselfRejects_isAJsonError(int status, String code, String request)
      throws IOException {
    assertJsonError(status, code, exchange(request.replace("|", "\r\n") + "\r\n\r\n"));
  }

  @Test
  void requestsThatAreTooLarge_areJsonErrors() throws IOException {
    String large = "a".repeat(20_000);
    assertJsonError(
        414, "uri_too_long", exchange("GET /" + large + " HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    assertJsonError(
        431,
        "request_header_fields_too_large",
        exchange("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + large + "\r\n\r\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/dev/helix/launch/Launcher.class",
        "/META-INF/MANIFEST.MF",
        "/META-INF/LICENSE",
        "/WEB-INF/web.xml",
        "/WEB-INF/lib-provided/",
        "/"
      })
  void nothingInTheWar_isServed(String path) throws IOException {
    String answer = exchange("GET /chat" + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 404 "), answer);
  }

  @Test
  void applicationSeesTheServletApi_butNotTheServerNorTheLauncher() throws IOException {
    assertEquals(true, sees("jakarta.servlet.Servlet"));
    assertEquals(true, sees("org.slf4j.Logger"), "its own");
    assertEquals(false, sees("org.eclipse.jetty.server.Server"));
    assertEquals(false, sees("dev.helix.launch.EmbeddedServer"));
    assertEquals(false, sees("dev.helix.launch.Launcher"));
  }

  @Test
  void noAnswerNamesTheServer() throws IOException {
    String answer = exchange("GET /chat/guided?class=a HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
    assertTrue(!answer.toLowerCase(Locale.ROOT).contains("\r\nserver:"), answer);
    assertTrue(!answer.toLowerCase(Locale.ROOT).contains("jetty"), answer);
  }

  @Test
  void sigterm_refusesNewRequests_letsTheRunningStreamEnd_andLogsToTheLast() throws Exception {
    try (ServerSocket guide = new ServerSocket(0, 1, LOOPBACK);
        WarProcess leaving = start(List.of("-Dprobe.guide=" + guide.getLocalPort()));
        Socket idle = connect(leaving);
        Socket stream = connect(leaving)) {
      send(idle, "GET /chat/guided?class=a HTTP/1.1\r\nHost: localhost\r\n\r\n");
      BufferedReader idleReader = reader(idle);
      readUntil(idleReader, "false");
      send(stream, "GET /chat/guided HTTP/1.1\r\nHost: localhost\r\n\r\n");
      BufferedReader reader = reader(stream);
      readUntil(reader, "first");

      CompletableFuture<Integer> exit = leaving.terminate();
      try (Socket draining = guide.accept()) {
        assertEquals('d', draining.getInputStream().read());
        assertThrows(ConnectException.class, () -> connect(leaving));
        send(idle, "GET /chat/guided HTTP/1.1\r\nHost: localhost\r\n\r\n");
        String refusal = readUntil(idleReader, "}}");
        assertTrue(refusal.contains("503 Service Unavailable"), refusal);
        assertTrue(refusal.contains("Connection: close"), refusal);
        draining.getOutputStream().write('g');
      }
      assertTrue(readUntil(reader, "\r\n0\r\n\r\n").contains("last"), "the stream ends whole");
      assertEquals(143, exit.get());
      assertTrue(leaving.standardError().contains("draining"), leaving.standardError());
    }
  }

  private static boolean sees(String name) throws IOException {
    String answer =
        exchange("GET /chat/guided?class=" + name + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
    return answer.contains("\r\ntrue");
  }

  private static void assertJsonError(int status, String code, String answer) {
    String head = answer.substring(0, answer.indexOf("\r\n\r\n"));
    String body = answer.substring(head.length() + 4);
    assertTrue(head.startsWith("HTTP/1.1 " + status + " "), answer);
    assertTrue(head.contains("\r\nContent-Type: application/json"), answer);
    assertTrue(
        body.matches(
            "\\{\"error\":\\{\"message\":\"[^\"]+\",\"type\":\"\\w+\",\"param\":null,\"code\":\""
                + code
                + "\"}}"),
        answer);
  }

  /** Sends bytes, says that there are no more, and reads the answer to its end. */
  private static String exchange(String request) throws IOException {
    try (Socket socket = connect(server)) {
      send(socket, request);
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private static Socket connect(WarProcess server) throws IOException {
    URI url = server.url();
    Socket socket = new Socket(url.getHost(), url.getPort());
    socket.setSoTimeout(30_000);
    return socket;
  }

  private static void send(Socket socket, String request) throws IOException {
    socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  private static BufferedReader reader(Socket socket) throws IOException {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
  }

  private static String readUntil(BufferedReader reader, String text) throws IOException {
    StringBuilder read = new StringBuilder();
    while (read.indexOf(text) < 0) {
      int c = reader.read();
      if (c < 0) {
        throw new AssertionError("ended before " + text + ": " + read);
      }
      read.append((char) c);
    }
    return read.toString();
  }
}
