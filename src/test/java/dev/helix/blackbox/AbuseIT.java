package dev.helix.blackbox;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.reliability.CountedTests;
import dev.helix.scripted.RawClient;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What one caller's connections can do to all others. */
@ExtendWith(CountedTests.class)
class AbuseIT extends AbuseFixture {
  @ParameterizedTest
  @EnumSource(Kind.class)
  void bodiesThatDoNotEnd(Kind kind) {
    attack(
        kind,
        all -> {
          for (int i = 0; i < MANY; i++) {
            String path = i % 2 == 0 ? Endpoint.CHAT : "/v1/embeddings";
            begin(connect(), path, 10_000 + i, 1 + i);
          }
          // Now and then they send another byte.
          all.forEach(client -> sendTo(client, new byte[] {' '}));
        });
  }

  /** Requests that are answered without their bodies. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void bodiesThatNobodyReads(Kind kind) {
    attack(
        kind,
        all -> {
          // The wrong keys are answered late, and so they come before.
          for (String path : List.of(Endpoint.CHAT, "/v1/models", "/health/live", "/none")) {
            for (int i = 0; i < MANY; i++) {
              String method = i % 2 == 0 ? "POST" : "GET";
              String expect = i % 3 == 0 ? "\r\nExpect: 100-continue" : "";
              begin(connect(), method, path, "Bearer none", "Content-Length: 100000" + expect);
            }
          }
          all.forEach(client -> sendTo(client, new byte[] {' '}));
        });
  }

  /** A body of which nothing comes but what stands between its chunks. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void chunksThatDoNotBegin(Kind kind) {
    attack(
        kind,
        all -> {
          for (int i = 0; i < MANY; i++) {
            RawClient client = connect();
            begin(client, "POST", Endpoint.CHAT, OwnerCases.ACME, "Transfer-Encoding: chunked");
            sendTo(client, "1;x".getBytes(US_ASCII));
          }
          all.forEach(client -> sendTo(client, new byte[] {'x'}));
        });
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void sendersThatAreTooSlow_areGivenUp_andTheirConnectionsClosed(Kind kind) {
    attack(
        kind,
        all -> {
          for (int i = 0; i < 30; i++) {
            begin(connect(), Endpoint.CHAT, 100_000, 70_000);
          }
          Set<Integer> statuses = ofEach(all, this::statusAtTheEnd);
          assertTrue(statuses.contains(408), statuses::toString);
          assertTrue(Set.of(408, 503, 0).containsAll(statuses), statuses::toString);
        });
  }

  /**
   * Sends a byte now and then until the server closes the connection; the status of its answer, or
   * 0 where that is lost, as bytes may be on their way to a connection that is closed.
   */
  private int statusAtTheEnd(RawClient client) {
    int status = 0;
    client.deadline(Duration.ofMillis(300));
    for (int tries = 0; tries < 60; tries++) {
      try {
        if (status == 0) {
          status = client.response().status();
        }
        client.awaitClosed();
        return status;
      } catch (UncheckedIOException e) {
        if (!(e.getCause() instanceof SocketTimeoutException)) {
          return status;
        }
      }
      try {
        client.send(new byte[] {' '});
      } catch (UncheckedIOException closed) {
        return status;
      }
    }
    throw new AssertionError(
        "a slow sender is waited for, after status " + status + "\n" + server.log());
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void headsThatDoNotEnd(Kind kind) {
    attack(
        kind,
        all -> {
          for (int i = 0; i < MANY; i++) {
            sendTo(connect(), "POST /v1/chat/completions HTTP/1.1\r\nHo".getBytes(US_ASCII));
          }
          all.forEach(client -> sendTo(client, new byte[] {'s'}));
        });
  }
}
