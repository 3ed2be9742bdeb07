package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.reliability.CountedTests;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What one caller can do to the memory that all share, in a heap of {@code -Dabuse.heap}. */
@ExtendWith(CountedTests.class)
class AbuseOfMemoryIT extends AbuseFixture {
  /** In each build the server by itself; Tomcat too where a heap is asked for. */
  static List<Kind> kinds() {
    return Integer.getInteger("abuse.heap") == null ? List.of(Kind.ALONE) : List.of(Kind.values());
  }

  /** Nearly all of the memory for bodies, in large ones and in small ones. */
  @ParameterizedTest
  @MethodSource("kinds")
  void bodiesThatHoldMemory(Kind kind) {
    attack(
        kind,
        all -> {
          for (int i = 0; i < 12; i++) {
            begin(connect(), Endpoint.CHAT, LARGEST, LARGEST - 1000);
          }
          for (int i = 0; i < MANY / 2; i++) {
            begin(connect(), Endpoint.CHAT, 60_000, 59_000);
          }
        });
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void sessionsWithLongStates_thatAreOnlyLookedAt(Kind kind) throws Exception {
    List<String> ids = new ArrayList<>();
    attack(kind, all -> ids.addAll(longStates(kind)));
    attack(
        kind,
        all ->
            together(
                480,
                i -> {
                  String id = ids.get(i % ids.size());
                  RawResponse response =
                      RawClient.get(
                          server.url(),
                          Endpoint.CHAT,
                          "Authorization",
                          OwnerCases.ACME,
                          "X-Conversation-ID",
                          id);
                  assertEquals(405, response.status());
                }));
    // They go on all the same.
    assertEquals(200, turn(OwnerCases.ACME, 100, ids.get(0)).status());
  }

  private List<String> longStates(Kind kind) {
    List<String> ids = new ArrayList<>();
    String text = "x".repeat(24 * MIB);
    for (int i = 0; i < 5; i++) {
      String id = Endpoint.freshId();
      RawResponse begun = turn(OwnerCases.ACME, 100, id);
      assertEquals(200, begun.status(), begun.text());
      Path status = sessions(kind).resolve(begun.header("X-Session-ID")).resolve("status.json");
      try {
        String json = Files.readString(status);
        Files.writeString(status, json.replaceFirst("xxxxx+", text));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      ids.add(id);
    }
    return ids;
  }

  /** As large as a body may be, and as many at once as it takes to fill the heap. */
  @ParameterizedTest
  @MethodSource("kinds")
  void largestBodies(Kind kind) {
    attack(
        kind,
        all ->
            together(
                24,
                i -> {
                  int length = LARGEST / (1 + i % 3);
                  RawResponse response = turn(OwnerCases.ACME, length);
                  assertTrue(response.status() == 200 || response.status() == 503, response::text);
                }));
  }

  /** A conversation that is longer than the memory, and as many as it takes to fill that. */
  @ParameterizedTest
  @MethodSource("kinds")
  void transcriptsThatAreLong(Kind kind) {
    List<String> ids = new ArrayList<>();
    attack(
        kind,
        all -> {
          for (int i = 0; i < 10; i++) {
            ids.add(longTranscript(kind, i == 0 ? Math.max(200, HEAP) : HEAP / 10));
          }
        });
    Set<String> codes = ConcurrentHashMap.newKeySet();
    attack(
        kind,
        all ->
            together(
                40,
                i -> {
                  RawResponse response = turn(OwnerCases.ACME, 100, ids.get(i % ids.size()));
                  String code =
                      response.status() == 200
                          ? ""
                          : Errors.check(response.json()).path("code").asText();
                  codes.add((response.status() + " " + code).strip());
                  boolean tooLong = code.equals("conversation_too_long");
                  assertEquals(i % ids.size() == 0, tooLong, response::text);
                }));
    assertTrue(codes.contains("200"), codes::toString);
    codes.removeAll(Set.of("200", "413 conversation_too_long", "503 storage_unavailable"));
    assertEquals(Set.of(), codes);
  }

  /** Makes a conversation of messages of a kilobyte, as another program may; its id. */
  private String longTranscript(Kind kind, int mebibytes) {
    String id = Endpoint.freshId();
    RawResponse begun = turn(OwnerCases.ACME, 100, id);
    assertEquals(200, begun.status(), begun.text());
    Path session = sessions(kind).resolve(begun.header("X-Session-ID"));
    Path file = session.resolve("context/messages.json");
    String text = "x".repeat(900);
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      out.write("[");
      for (int i = 0; i < mebibytes * 1024; i++) {
        out.write((i == 0 ? "\n" : ",\n") + "{\"role\":\"" + (i % 2 == 0 ? "user" : "assistant"));
        out.write("\",\"content\":\"" + text + " " + i + "\",\"id\":\"m" + i + "\",");
        out.write("\"parent_id\":" + (i == 0 ? "null" : "\"m" + (i - 1) + "\"") + ",");
        out.write("\"timestamp\":\"2026-01-05T10:00:00Z\"}");
      }
      out.write("\n]\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try (FileChannel written = FileChannel.open(file, StandardOpenOption.WRITE)) {
      written.force(true); // Else a turn's force would wait for all of it.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return id;
  }
}
