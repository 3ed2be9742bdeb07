package dev.helix.bench.filter;

import dev.helix.bench.filter.StubRequest.Call;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A way for requests to come by their session: a filter, its store with warm sessions, and behind
 * it something that reads what it attached. Closing it closes the store.
 */
interface Way extends AutoCloseable {
  /** What was first asked in each session. */
  String QUESTION =
      "Which way is the best from the Campo de' Fiori to the Villa Borghese on foot, with two"
          + " children and a pram, on a hot afternoon in August?";

  /** Names the session, for every filter alike. */
  String HEADER = "X-Conversation-ID";

  /** The requests that are made in turn, each of another session. */
  List<Call> calls();

  /** Takes a request through the filter; one that comes without its session is a mistake. */
  void handle(HttpServletRequest request, HttpServletResponse response)
      throws IOException, ServletException;

  @Override
  void close();

  /** What there is without any filter: the request, its answer, and what reads an attribute. */
  static Way bare() {
    List<Call> calls = ids().map(id -> call(id, null)).toList();
    return new Way() {
      @Override
      public List<Call> calls() {
        return calls;
      }

      @Override
      public void handle(HttpServletRequest request, HttpServletResponse response) {
        if (request.getAttribute("session") != null) {
          throw new IllegalStateException("where is it from?");
        }
      }

      @Override
      public void close() {}
    };
  }

  /** As many as there are sessions, like Open WebUI's chats are named. */
  static Stream<String> ids() {
    return IntStream.range(0, 64)
        .mapToObj(n -> UUID.nameUUIDFromBytes(new byte[] {(byte) n}).toString());
  }

  /**
   * A request with what Open WebUI sends along, or a proxy on its way.
   *
   * @param body null for a GET
   * @param more names and values of further headers
   */
  static Call call(String id, byte[] body, String... more) {
    Stream<String> usual =
        Stream.of(
            "Host",
            "127.0.0.1:8080",
            "User-Agent",
            "Python/3.11 aiohttp/3.13.2",
            "Accept",
            "*/*",
            "Accept-Encoding",
            "gzip, deflate, br",
            "X-Forwarded-For",
            "192.0.2.7",
            "X-Forwarded-Proto",
            "https",
            "Authorization",
            "Bearer sk-3b1f0b3e5a0c4f7f9d6d1c5e2a8b7c90",
            HEADER,
            id);
    Stream<String> ofBody =
        body == null
            ? Stream.empty()
            : Stream.of(
                "Content-Type",
                "application/json",
                "Content-Length",
                Integer.toString(body.length));
    return new Call(Stream.of(usual, ofBody, Stream.of(more)).flatMap(s -> s).toList(), body);
  }

  /** A chat's third question with what was said before, about 1.5 KB. */
  static byte[] chat() {
    String answer = "Along the Via del Corso, in the shade of its western side. ".repeat(10);
    String turn =
        "{\"role\":\"user\",\"content\":\"%s\"},{\"role\":\"assistant\",\"content\":\"%s\"},"
            .formatted(QUESTION, answer);
    return ("{\"stream\":true,\"model\":\"example\",\"messages\":["
            + turn
            + turn
            + "{\"role\":\"user\",\"content\":\"And back?\"}]}")
        .getBytes(StandardCharsets.UTF_8);
  }
}
