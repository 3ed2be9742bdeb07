package dev.helix.blackbox;

import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Where in its answer an upstream fails, and what the caller of a response is told of it, who asked
 * for a stream or for the whole.
 */
enum UpstreamPhase {
  CONNECTION(502, "upstream_unreachable", ""),
  REFUSAL(400, "odd", ""),
  TOO_MANY(429, "slowly", ""),
  SERVER_ERROR(500, "broken", ""),
  NO_JSON(503, "upstream_error", ""),
  BEFORE_THE_FIRST_BYTE(502, "upstream_broken", ""),
  WITHIN_THE_HEAD(502, "upstream_broken", ""),
  BEFORE_THE_FIRST_WORD(502, "upstream_broken", ""),
  WITHIN_TEXT(424, "upstream_broken", "Half"),
  WITHIN_AN_EVENT(424, "upstream_broken", "Half"),
  WITHIN_ARGUMENTS(424, "upstream_broken", "function_call"),
  ERROR_IN_THE_ANSWER(502, "odd", "Half"),
  ERROR_EVENT(502, "odd", "Half"),
  ALL_OF_NOTHING(502, "upstream_invalid_response", "");

  /** The beginning of a body, up to a message's fields. */
  private static final String MESSAGE = "{\"choices\":[{\"index\":0,\"message\":{";

  /** The status of what is told where no stream has begun. */
  final int status;

  final String code;

  /** What had come of a stream: its text, or the type of its item; empty for nothing. */
  final String came;

  UpstreamPhase(int status, String code, String came) {
    this.status = status;
    this.code = code;
    this.came = came;
  }

  /** What is done before the caller asks. */
  void prepare(KeptServer server) {
    if (this == CONNECTION) {
      server.upstream().down();
    } else if (this == BEFORE_THE_FIRST_BYTE) {
      // All that come, as one on a connection that was kept is tried again.
      server
          .upstream()
          .answerAlways(
              request -> {
                throw new UncheckedIOException(new IOException("closed by the script"));
              });
    }
  }

  /** Fails the next call there. */
  void fail(KeptServer server, boolean stream) {
    if (this == CONNECTION || this == BEFORE_THE_FIRST_BYTE) {
      return;
    }
    Call call = server.upstream().next();
    switch (this) {
      case REFUSAL, SERVER_ERROR -> call.respondJson(status, error());
      case TOO_MANY -> call.respondJson(status, error(), "Retry-After", "7");
      case NO_JSON ->
          call.respond(status, "text/html", "<html>Busy".getBytes(StandardCharsets.US_ASCII));
      case WITHIN_THE_HEAD -> {
        call.raw("HTTP/1.1 200 OK\r\nContent-Ty");
        call.cut();
      }
      case ERROR_IN_THE_ANSWER, ERROR_EVENT -> error(call, stream);
      case ALL_OF_NOTHING -> nothing(call, stream);
      default -> breakOff(call, stream);
    }
  }

  private String error() {
    return Completions.error("no", "server_error", code);
  }

  private void error(Call call, boolean stream) {
    if (!stream) {
      call.respondJson(200, error());
      return;
    }
    call.beginSse();
    call.sse(Completions.delta("Half"));
    if (this == ERROR_EVENT) {
      call.chunk("event: error\ndata: " + error() + "\n\n");
      call.end();
    } else {
      call.endWith(List.of(error()));
    }
  }

  private static void nothing(Call call, boolean stream) {
    if (stream) {
      call.beginSse();
      call.endWith(List.of(Completions.DONE));
    } else {
      call.respondJson(200, "");
    }
  }

  private void breakOff(Call call, boolean stream) {
    if (!stream) {
      String head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999";
      call.raw(head + "\r\n\r\n" + beginning());
      call.cut();
      return;
    }
    call.beginSse();
    if (this == WITHIN_TEXT || this == WITHIN_AN_EVENT) {
      call.sse(Completions.delta("Half"));
    }
    if (this == WITHIN_AN_EVENT) {
      call.chunk("data: {\"choices\":[{\"delta\":{\"con");
    }
    if (this == WITHIN_ARGUMENTS) {
      call.sse(
          "{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\","
              + "\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\"}}]}}]}");
    }
    call.cut();
  }

  /** What comes of a body that is no stream. */
  private String beginning() {
    return switch (this) {
      case WITHIN_TEXT -> MESSAGE + "\"content\":\"Half";
      case WITHIN_AN_EVENT -> MESSAGE;
      case WITHIN_ARGUMENTS ->
          MESSAGE
              + "\"tool_calls\":[{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a";
      default -> "";
    };
  }
}
