package dev.helix.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.blackbox.ServerUnderTest;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.session.SessionStore;
import dev.helix.store.files.FileSessionStore;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What it takes to read a response of a long conversation: the time where it stands in the middle
 * and the server knows the conversation, and what the server reads where it does not.
 */
final class ResponseReads {
  private static final String CONVERSATION = "reads";
  private static final String SHORT = "short";
  private static final Goal GOAL = Goal.atMost(5);

  /** How much of a log's end is looked at, and as much again for the session's other files. */
  private static final Goal NEWEST_KIB = Goal.atMost(128);

  private final int messages;
  private final int rounds;
  private final int reads;

  ResponseReads(boolean full) {
    messages = full ? 2000 : 40;
    rounds = full ? 15 : 2;
    reads = full ? 200 : 10;
  }

  void run(Path folder, Results results) throws IOException {
    Path sessions = folder.resolve("sessions");
    try (SessionStore store = FileSessionStore.open(sessions)) {
      Seeds.store(store, CONVERSATION, messages / 2);
      Seeds.store(store, SHORT, 2);
    }
    try (Upstream upstream = Upstream.start()) {
      String id;
      String newest;
      String other;
      try (BenchServer server = server(sessions, upstream)) {
        id = respond(server.url(), CONVERSATION);
        other = respond(server.url(), SHORT);
        try (HistoryCaller caller = new HistoryCaller(server.url())) {
          for (int turn = messages / 4 + 1; turn < messages / 2; turn++) {
            long unused = caller.stored(CONVERSATION, turn);
          }
        }
        newest = respond(server.url(), CONVERSATION);
        List<Double> medians = new ArrayList<>();
        measure(server.url(), id); // As much again before anything counts.
        for (int round = 0; round < rounds; round++) {
          medians.add(measure(server.url(), id));
        }
        String of = messages + " messages, warm";
        results.add(Key.RESPONSE_GET_MS, of, Spread.of(medians), GOAL);
      }
      cold(sessions, upstream, other, newest, "the newest", NEWEST_KIB, results);
      cold(sessions, upstream, other, id, "in the middle", null, results);
    }
  }

  /** What the first read of a session takes after a start, when the classes are there. */
  private void cold(
      Path sessions,
      Upstream upstream,
      String other,
      String id,
      String which,
      Goal goal,
      Results results)
      throws IOException {
    try (BenchServer server = server(sessions, upstream);
        RawClient client = RawClient.connect(server.url())) {
      get(client, other);
      long begun = server.bytesRead();
      long start = System.nanoTime();
      get(client, id);
      double millis = (System.nanoTime() - start) / 1e6;
      String of = which + " of " + messages + " messages";
      results.add(Key.RESPONSE_GET_MS, of + ", the first after a start", millis, null);
      results.add(Key.RESPONSE_FIRST_READ_KIB, of, (server.bytesRead() - begun) / 1024.0, goal);
    }
  }

  private static BenchServer server(Path sessions, Upstream upstream) throws IOException {
    return new BenchServer(ServerUnderTest.launcher(), sessions, upstream.url(), Map.of());
  }

  private static String respond(URI server, String conversation) {
    String body =
        "{\"model\":\"whole\",\"input\":\"And now?\",\"conversation\":\"" + conversation + "\"}";
    try (RawClient client = RawClient.connect(server)) {
      client.post(Api.RESPONSES.path(), body);
      return answered(client).path("id").asText();
    }
  }

  private double measure(URI server, String id) {
    Sample sample = new Sample();
    try (RawClient client = RawClient.connect(server)) {
      for (int i = 0; i < reads; i++) {
        long start = System.nanoTime();
        get(client, id);
        sample.add(System.nanoTime() - start);
      }
    }
    return sample.millis(0.5);
  }

  private static void get(RawClient client, String id) {
    client.request("GET", Api.RESPONSES.path() + "/" + id, new byte[0]);
    if (!answered(client).path("id").asText().equals(id)) {
      throw new IllegalStateException("another response was given than " + id);
    }
  }

  private static JsonNode answered(RawClient client) {
    RawResponse response = client.response();
    byte[] body = response.rest();
    if (response.status() != 200 || response.isCut()) {
      throw new IllegalStateException(
          response.status() + " " + new String(body, StandardCharsets.UTF_8));
    }
    return Json.read(body);
  }
}
